"""The site's own name: its certificate, and its entry in the operator's zone."""

from typing import Any

from aws_cdk import aws_certificatemanager, aws_cloudfront, aws_route53, aws_route53_targets
from constructs import Construct

from infra.settings import Settings


def own_name(scope: Construct, settings: Settings) -> dict[str, Any]:
    """Options of the distribution; none without a name of its own."""
    if not settings.domain_name or not settings.certificate_arn:
        return {}
    certificate = aws_certificatemanager.Certificate.from_certificate_arn(
        scope, "Certificate", settings.certificate_arn
    )
    return {
        "domain_names": [settings.domain_name],
        "certificate": certificate,
        "minimum_protocol_version": aws_cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
    }


def enter_name(
    scope: Construct, distribution: aws_cloudfront.IDistribution, settings: Settings
) -> None:
    """Let the name lead to the distribution, in the zone that the operator named."""
    if not settings.domain_name or not settings.hosted_zone_id:
        return
    zone = aws_route53.HostedZone.from_hosted_zone_attributes(
        scope,
        "Zone",
        hosted_zone_id=settings.hosted_zone_id,
        # Only to tell a full name from one below the zone, and this is a full one.
        zone_name=settings.domain_name,
    )
    target = aws_route53.RecordTarget.from_alias(aws_route53_targets.CloudFrontTarget(distribution))
    for name, record in (("A", aws_route53.ARecord), ("Aaaa", aws_route53.AaaaRecord)):
        record(scope, name, zone=zone, target=target, record_name=f"{settings.domain_name}.")
