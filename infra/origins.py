"""Where the CDN finds what it serves, and what it may read there."""

from aws_cdk import (
    Annotations,
    Fn,
    Stack,
    aws_apigatewayv2,
    aws_cloudfront,
    aws_cloudfront_origins,
    aws_iam,
    aws_s3,
)
from constructs import Construct

from infra.settings import Settings
from infra.site_headers import regional_name


def reading(distribution: aws_cloudfront.Distribution, objects: str) -> aws_iam.PolicyStatement:
    """Leave for this distribution to read some objects of a bucket."""
    arn = Stack.of(distribution).format_arn(
        service="cloudfront",
        region="",
        resource="distribution",
        resource_name=distribution.distribution_id,
    )
    return aws_iam.PolicyStatement(
        principals=[aws_iam.ServicePrincipal("cloudfront.amazonaws.com")],
        actions=["s3:GetObject"],
        resources=[objects],
        conditions={"StringEquals": {"AWS:SourceArn": arn}},
    )


def without_policy(scope: Construct, bucket: aws_s3.Bucket) -> aws_s3.IBucket:
    """The bucket as one of others, whose policy the CDK leaves alone: it would open all of it."""
    named = aws_s3.Bucket.from_bucket_attributes(
        scope,
        "Copies",
        bucket_arn=bucket.bucket_arn,
        bucket_regional_domain_name=bucket.bucket_regional_domain_name,
    )
    Annotations.of(scope).acknowledge_warning(
        "@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac"
    )
    return named


def bucket_origin(
    scope: Construct,
    what: str,
    bucket: aws_s3.IBucket,
    missing: aws_cloudfront.IOrigin,
    settings: Settings,
) -> aws_cloudfront.IOrigin:
    """The bucket, and where it has nothing the API, which answers in Earshot's words.

    S3's own answer is XML that names the bucket.
    """
    origin = aws_cloudfront_origins.S3BucketOrigin.with_origin_access_control(
        bucket,
        origin_access_control=aws_cloudfront.S3OriginAccessControl(
            scope,
            f"{what.capitalize()}Access",
            origin_access_control_name=regional_name(scope, what),
        ),
    )
    if settings.local:
        return origin
    return aws_cloudfront_origins.OriginGroup(
        primary_origin=origin, fallback_origin=missing, fallback_status_codes=[403, 404]
    )


def form_origin(bucket: aws_s3.IBucket, settings: Settings) -> aws_cloudfront_origins.HttpOrigin:
    """The bucket as anyone meets it: it takes what a form of the API allows, and gives nothing.

    So a browser sends files to the page's own host, and the page's policy needs to name no other.
    """
    if settings.local:
        return aws_cloudfront_origins.HttpOrigin(
            "127.0.0.1",
            http_port=settings.local.endpoint_port,
            origin_path=Fn.join("", ["/", bucket.bucket_name]),
            protocol_policy=aws_cloudfront.OriginProtocolPolicy.HTTP_ONLY,
        )
    return aws_cloudfront_origins.HttpOrigin(
        bucket.bucket_regional_domain_name,
        protocol_policy=aws_cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        origin_ssl_protocols=[aws_cloudfront.OriginSslPolicy.TLS_V1_2],
    )


def api_origin(
    scope: Construct, api: aws_apigatewayv2.HttpApi, settings: Settings, path: str = ""
) -> aws_cloudfront_origins.HttpOrigin:
    if settings.local:
        return aws_cloudfront_origins.HttpOrigin(
            "127.0.0.1",
            http_port=settings.local.endpoint_port,
            origin_path=Fn.join("", ["/_aws/execute-api/", api.api_id, path]),
            protocol_policy=aws_cloudfront.OriginProtocolPolicy.HTTP_ONLY,
        )
    stack = Stack.of(scope)
    return aws_cloudfront_origins.HttpOrigin(
        f"{api.api_id}.execute-api.{stack.region}.{stack.url_suffix}",
        origin_path=path or None,
        protocol_policy=aws_cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
        origin_ssl_protocols=[aws_cloudfront.OriginSslPolicy.TLS_V1_2],
    )


def browsers_origin(url: str, settings: Settings) -> str:
    """The site's address as browsers call it, without a path; the emulator's has a name of its own
    (scripts/local/stack.py)."""
    if settings.local is None:
        return url
    label = Fn.select(0, Fn.split(".", Fn.select(1, Fn.split("//", url))))
    return str(
        Fn.join("", ["http://", label, f".cloudfront.localhost:{settings.local.endpoint_port}"])
    )
