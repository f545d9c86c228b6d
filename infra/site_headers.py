"""The headers that every answer of the CDN carries."""

from aws_cdk import Aws, Duration, Names, aws_cloudfront
from constructs import Construct

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ]
)


def regional_name(scope: Construct, what: str) -> str:
    """A name for what CloudFront names once an account, not once a region as the CDK assumes.

    Without the region, a second stack of the same name in another region would be refused.
    """
    return f"{Names.unique_resource_name(scope, max_length=36)}-{what}-{Aws.REGION}"


def security_headers(scope: Construct) -> aws_cloudfront.ResponseHeadersPolicy:
    """No foreign code, no framing, no referrer, and HTTPS for a year."""
    return aws_cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        response_headers_policy_name=regional_name(scope, "headers"),
        security_headers_behavior=aws_cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=aws_cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=CONTENT_SECURITY_POLICY, override=True
            ),
            content_type_options=aws_cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=aws_cloudfront.ResponseHeadersFrameOptions(
                frame_option=aws_cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=aws_cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=aws_cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=aws_cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(365),
                include_subdomains=True,
                override=True,
            ),
        ),
    )
