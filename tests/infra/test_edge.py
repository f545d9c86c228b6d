"""The CDN in front of the page, the audio and the API."""

import json
from typing import Any

import pytest

from tests.infra.template import Template, reference


@pytest.fixture
def distribution(aws: Template) -> Any:
    (found,) = aws.properties("CloudFront::Distribution").values()
    return found["DistributionConfig"]


def behaviors(distribution: Any) -> dict[str, Any]:
    others = {one["PathPattern"]: one for one in distribution["CacheBehaviors"]}
    return {"/": distribution["DefaultCacheBehavior"]} | others


def test_everything_is_served_over_https(distribution: Any) -> None:
    found = behaviors(distribution)
    assert set(found) == {"/", "/api/*", "/audio/*", "/playback/*"}
    for path, behavior in found.items():
        assert behavior["ViewerProtocolPolicy"] == "redirect-to-https", path


def test_only_the_api_takes_more_than_reading(distribution: Any) -> None:
    for path, behavior in behaviors(distribution).items():
        methods = set(behavior.get("AllowedMethods", ["GET", "HEAD"]))
        assert methods <= {"GET", "HEAD"} or path == "/api/*", path


def test_buckets_are_read_through_origin_access_control(aws: Template, distribution: Any) -> None:
    buckets = [one for one in distribution["Origins"] if "S3OriginConfig" in one]
    assert len(buckets) == 3, "the page, the sound and its copies"
    for origin in buckets:
        control = reference(origin["OriginAccessControlId"])
        config = aws.properties("CloudFront::OriginAccessControl")[control]
        assert config["OriginAccessControlConfig"]["SigningBehavior"] == "always"


def test_the_api_is_reached_over_tls_1_2(distribution: Any) -> None:
    origins = [one for one in distribution["Origins"] if "CustomOriginConfig" in one]
    assert origins
    for origin in origins:
        assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
        assert origin["CustomOriginConfig"]["OriginSSLProtocols"] == ["TLSv1.2"]


def test_what_a_bucket_lacks_is_answered_by_the_api_and_not_by_s3(distribution: Any) -> None:
    """S3's answer to a wrong path is XML with the bucket's name."""
    origins = {one["Id"]: one for one in distribution["Origins"]}
    groups = {one["Id"]: one for one in distribution["OriginGroups"]["Items"]}
    for path in ("/", "/audio/*", "/playback/*"):
        group = groups[behaviors(distribution)[path]["TargetOriginId"]]
        assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [403, 404]
        first, second = [origins[one["OriginId"]] for one in group["Members"]["Items"]]
        assert "S3OriginConfig" in first
        assert second["OriginPath"] == "/missing", "below which nothing is found"
    assert behaviors(distribution)["/api/*"]["TargetOriginId"] in origins, "its errors are its own"


def test_names_that_are_an_accounts_and_not_a_regions_hold_the_region(aws: Template) -> None:
    """Otherwise a second stack of this name in another region is refused."""
    named = [
        config[name]
        for kind, field, name in (
            ("ResponseHeadersPolicy", "ResponseHeadersPolicyConfig", "Name"),
            ("OriginAccessControl", "OriginAccessControlConfig", "Name"),
            ("CachePolicy", "CachePolicyConfig", "Name"),
            ("Function", "FunctionConfig", "Comment"),
        )
        for one in aws.properties(f"CloudFront::{kind}").values()
        for config in [one[field]]
    ]
    assert len(named) == 9
    for one in named:
        assert "AWS::Region" in json.dumps(one), one


def test_every_answer_carries_a_policy_that_lets_no_foreign_code_in(
    aws: Template, distribution: Any
) -> None:
    ((name, policy),) = aws.properties("CloudFront::ResponseHeadersPolicy").items()
    for path, behavior in behaviors(distribution).items():
        assert reference(behavior["ResponseHeadersPolicyId"]) == name, path
    headers = policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    csp = headers["ContentSecurityPolicy"]
    directives = dict(
        part.strip().partition(" ")[::2] for part in csp["ContentSecurityPolicy"].split(";")
    )
    assert csp["Override"] is True
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == directives["media-src"] == "'self'"
    assert directives["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in csp["ContentSecurityPolicy"]
    assert "*" not in csp["ContentSecurityPolicy"]
    assert headers["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert headers["ContentTypeOptions"] == {"Override": True}
    assert headers["FrameOptions"]["FrameOption"] == "DENY"


def test_sound_that_was_replaced_or_deleted_is_played_for_a_minute_at_most(
    aws: Template, distribution: Any
) -> None:
    policy = reference(behaviors(distribution)["/audio/*"]["CachePolicyId"])
    config = aws.properties("CloudFront::CachePolicy")[policy]["CachePolicyConfig"]
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (0, 60, 60)


def test_the_cdn_keeps_of_the_api_what_the_api_says_and_no_errors(
    aws: Template, distribution: Any
) -> None:
    policy = reference(behaviors(distribution)["/api/*"]["CachePolicyId"])
    config = aws.properties("CloudFront::CachePolicy")[policy]["CachePolicyConfig"]
    assert (config["MinTTL"], config["DefaultTTL"]) == (0, 0)
    asked = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert asked["QueryStringsConfig"] == {"QueryStringBehavior": "all"}
    errors = distribution["CustomErrorResponses"]
    assert {one["ErrorCachingMinTTL"] for one in errors} == {0}
    assert {403, 404, 500, 502, 503, 504} <= {one["ErrorCode"] for one in errors}


def stage(template: Template) -> Any:
    (found,) = template.properties("ApiGatewayV2::Stage").values()
    return found


@pytest.mark.parametrize("target", ["aws", "local"])
def test_calls_are_throttled_and_those_that_run_the_model_more_so(
    templates: dict[str, Template], target: str
) -> None:
    found = stage(templates[target])
    assert found["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": 50,
        "ThrottlingBurstLimit": 100,
    }
    assert found["RouteSettings"] == {
        route: {"ThrottlingRateLimit": 5, "ThrottlingBurstLimit": 10}
        for route in (
            "POST /asr",
            "POST /detect-language",
            "POST /v1/audio/transcriptions",
            "POST /v1/audio/translations",
        )
    }


def test_limits_are_set_after_the_routes_that_they_are_for(aws: Template) -> None:
    (found,) = aws.resources("ApiGatewayV2::Stage").values()
    routes = {
        logical_id: resource["Properties"]["RouteKey"]
        for logical_id, resource in aws.body["Resources"].items()
        if resource["Type"] == "AWS::ApiGatewayV2::Route"
    }
    waited_for = {routes[one] for one in found["DependsOn"] if one in routes}
    assert set(found["Properties"]["RouteSettings"]) <= waited_for


def test_what_needs_a_key_goes_to_the_function_that_checks_keys(aws: Template) -> None:
    integrations = aws.properties("ApiGatewayV2::Integration")
    answering: dict[str, str] = {}
    for route in aws.properties("ApiGatewayV2::Route").values():
        integration = integrations[reference(route["Target"])]
        answering[route["RouteKey"]] = reference(integration["IntegrationUri"])
    assert answering == {
        "$default": "Api",
        "POST /asr": "ApiKeyed",
        "POST /detect-language": "ApiKeyed",
        "POST /v1/audio/transcriptions": "ApiKeyed",
        "POST /v1/audio/translations": "ApiKeyed",
        "GET /v1/models": "ApiKeyed",
        "HEAD /v1/models": "ApiKeyed",
        "GET /v1/models/{name+}": "ApiKeyed",
        "HEAD /v1/models/{name+}": "ApiKeyed",
        "POST /uploads": "ApiKeyed",
        "GET /hooks": "ApiKeyed",
        "POST /hooks": "ApiKeyed",
        "DELETE /hooks/{hook_id}": "ApiKeyed",
        "DELETE /recordings/{recording_id}": "ApiKeyed",
        "PATCH /recordings/{recording_id}": "ApiKeyed",
        "POST /recordings/{recording_id}/retranscribe": "ApiKeyed",
    }


def test_the_light_function_knows_the_models_name_and_takes_no_key(aws: Template) -> None:
    told = {name: one["Environment"]["Variables"] for name, one in aws.functions.items()}
    assert told["Api"]["EARSHOT_MODEL_NAME"] == "facebook/wav2vec2-large-960h"
    assert told["Api"]["EARSHOT_READS_ONLY"] == "true"
    assert told["ApiSpeech"]["EARSHOT_KEY_IS_CHECKED"] == "true"
    assert reference(told["ApiKeyed"]["EARSHOT_SPEECH_FUNCTION"]) == "ApiSpeech"
    assert "EARSHOT_KEY_IS_CHECKED" not in told["Api"] | told["ApiKeyed"]
    with_secret = [name for name, one in told.items() if "EARSHOT_API_KEY_SECRET" in one]
    assert with_secret == ["ApiKeyed"]


def test_the_access_log_says_who_was_answered_what_but_not_what_was_searched(
    aws: Template,
) -> None:
    log = stage(aws)["AccessLogSettings"]
    assert reference(log["DestinationArn"]) in aws.properties("Logs::LogGroup")
    fields = json.loads(log["Format"])
    assert {"$context.requestId", "$context.status", "$context.path"} <= set(fields.values())
    assert "querystring" not in log["Format"].lower()


def test_of_the_transcripts_bucket_the_cdn_reads_playback_copies_alone(aws: Template) -> None:
    policies = aws.properties("S3::BucketPolicy").values()
    read_by_the_cdn = [
        json.dumps(statement["Resource"])
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        if "cloudfront" in json.dumps(statement["Principal"])
    ]
    of_transcripts = [one for one in read_by_the_cdn if "Transcripts" in one]
    assert of_transcripts and all("/playback/*" in one for one in of_transcripts)


def test_the_pages_paths_are_set_right_on_the_way_in_and_its_status_on_the_way_out(
    distribution: Any,
) -> None:
    events = [one["EventType"] for one in behaviors(distribution)["/"]["FunctionAssociations"]]
    assert events == ["viewer-request", "viewer-response"]
