"""Everything that is spoken to refuses plain text, with every choice made and with none."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.template import Template, listed, reference

# By the kind of resource that takes requests: the kind of its policy, and who that is of.
POLICIES = {
    "S3::Bucket": ("S3::BucketPolicy", "Bucket"),
    "SQS::Queue": ("SQS::QueuePolicy", "Queues"),
    "SNS::Topic": ("SNS::TopicPolicy", "Topics"),
}
# These speak TLS alone by AWS's own doing, whatever a template says: their endpoints are of AWS's
# API, or have no port without it.
ALWAYS = (
    "DynamoDB::Table", "SecretsManager::Secret", "Events::EventBus", "Lambda::Function",
    "Logs::LogGroup", "ApiGatewayV2::Api", "Cognito::UserPool",
)  # fmt: skip
# Services whose resources take requests, those that could come among them.
SPEAKING = {
    *("S3", "SQS", "SNS", "DynamoDB", "SecretsManager", "Events", "Lambda", "Logs"),
    *("ApiGatewayV2", "Cognito", "OpenSearchService", "ElasticLoadBalancingV2", "RDS"),
    *("ElastiCache", "EFS", "Kinesis", "KinesisFirehose", "AppSync", "MSK", "AmazonMQ"),
}
PARTS = {  # of what is in the lists: they take no requests of their own
    *("S3::BucketPolicy", "SQS::QueuePolicy", "SNS::TopicPolicy", "SNS::Subscription"),
    *("Lambda::Permission", "Lambda::EventSourceMapping", "Lambda::LayerVersion", "Events::Rule"),
    *("ApiGatewayV2::Stage", "ApiGatewayV2::Route", "ApiGatewayV2::Integration"),
    *("Cognito::UserPoolClient", "Cognito::UserPoolDomain", "Cognito::UserPoolGroup"),
}
NOT_BELOW_1_2 = ("TLSv1.2", "TLSv1.3")


@pytest.fixture(params=["aws", "chosen"])
def template(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    return templates[str(request.param)]


@pytest.fixture
def distribution(template: Template) -> Any:
    (found,) = template.properties("CloudFront::Distribution").values()
    return found["DistributionConfig"]


def denying(template: Template, kind: str, field: str) -> Iterator[str]:
    """The owners of policies of a kind that deny every action to everybody without TLS."""
    for policy in template.properties(kind).values():
        for one in policy["PolicyDocument"]["Statement"]:
            everybody = one.get("Principal") in ({"AWS": "*"}, "*")
            plain = one.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
            if one["Effect"] == "Deny" and everybody and plain:
                yield from (reference(owner) for owner in listed(policy[field]))


@pytest.mark.parametrize("kind", POLICIES)
def test_buckets_queues_and_topics_deny_requests_without_tls(template: Template, kind: str) -> None:
    there = set(template.properties(kind))
    assert there
    assert there == set(denying(template, *POLICIES[kind]))


def test_the_search_domain_takes_tls_1_2_with_forward_secrecy_and_nothing_else(
    template: Template,
) -> None:
    (domain,) = template.properties("OpenSearchService::Domain").values()
    assert domain["DomainEndpointOptions"] == {
        "EnforceHTTPS": True,
        "TLSSecurityPolicy": "Policy-Min-TLS-1-2-PFS-2023-10",
    }
    assert domain["NodeToNodeEncryptionOptions"] == {"Enabled": True}


def test_the_cdn_sends_everybody_to_https(distribution: Any) -> None:
    for one in (distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]):
        assert one["ViewerProtocolPolicy"] == "redirect-to-https", one.get("PathPattern")


def test_the_cdn_asks_its_origins_by_tls_1_2(distribution: Any) -> None:
    asked = 0
    for one in distribution["Origins"]:
        if "CustomOriginConfig" in one:
            config = one["CustomOriginConfig"]
            assert config["OriginProtocolPolicy"] == "https-only"
            assert set(config["OriginSSLProtocols"]) <= set(NOT_BELOW_1_2)
            asked += 1
        else:
            # A bucket is asked as its requester asked, which is by HTTPS, and denies the rest.
            assert "OriginAccessControlId" in one
    assert asked


def test_a_name_of_ones_own_takes_no_older_tls(templates: dict[str, Template]) -> None:
    (found,) = templates["chosen"].properties("CloudFront::Distribution").values()
    certificate = found["DistributionConfig"]["ViewerCertificate"]
    assert certificate["MinimumProtocolVersion"].startswith(NOT_BELOW_1_2)
    assert certificate["SslSupportMethod"] == "sni-only"


def test_whoever_has_come_once_comes_by_https(template: Template) -> None:
    (headers,) = template.properties("CloudFront::ResponseHeadersPolicy").values()
    config = headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert config["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 24 * 3600


def test_no_address_in_a_template_is_of_plain_http(template: Template) -> None:
    assert "http://" not in template.path.read_text().replace("http://www.w3.org/", "")


def test_no_kind_that_takes_requests_is_forgotten(template: Template) -> None:
    """What has a policy of its own, an endpoint or an address is in one of the lists here."""
    kinds = {one["Type"].removeprefix("AWS::") for one in template.body["Resources"].values()}
    takes = {kind for kind in kinds if kind.split("::")[0] in SPEAKING and "::" in kind}
    known = {*POLICIES, *ALWAYS, "OpenSearchService::Domain"}
    parts = {kind for kind in takes if kind in PARTS}
    assert takes - parts == known & kinds
