"""An operator's own choices: a name, a firewall, a budget, logs, a key, how long all is kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.code import ARM, content_hash
from tests.infra.conftest import CHOSEN, NO_PIP, synthesize
from tests.infra.template import Template, reference


@pytest.fixture
def distribution(chosen: Template) -> Any:
    (found,) = chosen.properties("CloudFront::Distribution").values()
    return found["DistributionConfig"]


def test_the_site_has_its_own_name_and_certificate(chosen: Template, distribution: Any) -> None:
    assert distribution["Aliases"] == ["search.example.org"]
    certificate = distribution["ViewerCertificate"]
    assert certificate["AcmCertificateArn"] == CHOSEN["certificate_arn"]
    assert certificate["MinimumProtocolVersion"].startswith("TLSv1.2")
    assert chosen.body["Outputs"]["SiteUrl"]["Value"] == "https://search.example.org"
    records = chosen.properties("Route53::RecordSet").values()
    assert {one["Type"] for one in records} == {"A", "AAAA"}
    assert {one["Name"] for one in records} == {"search.example.org."}
    assert {one["HostedZoneId"] for one in records} == {"Z0123456789ABC"}


def test_a_firewall_stands_before_the_site(distribution: Any) -> None:
    assert distribution["WebACLId"] == CHOSEN["web_acl_arn"]


def test_the_operator_hears_of_a_dear_month_before_it_is_over(chosen: Template) -> None:
    (budget,) = chosen.properties("Budgets::Budget").values()
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 100, "Unit": "USD"}
    told = [one["Notification"] for one in budget["NotificationsWithSubscribers"]]
    assert [(one["NotificationType"], one["Threshold"]) for one in told] == [
        ("ACTUAL", 80),
        ("FORECASTED", 100),
    ]
    for one in budget["NotificationsWithSubscribers"]:
        assert one["Subscribers"] == [{"Address": "ops@example.org", "SubscriptionType": "EMAIL"}]


def test_requests_are_logged_for_a_time_in_a_private_bucket(
    chosen: Template, distribution: Any
) -> None:
    buckets = chosen.properties("S3::Bucket")
    logs = buckets["AccessLogsBucket"]
    assert set(logs["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = logs["LifecycleConfiguration"]["Rules"]
    assert rule["ExpirationInDays"] == 30
    assert distribution["Logging"]["Prefix"] == "cdn/"
    for name in ("AudioBucket", "RecordsTranscripts", "SiteBucket"):
        target = buckets[name]["LoggingConfiguration"]["DestinationBucketName"]
        assert reference(target) == "AccessLogsBucket"


def test_functions_may_be_told_to_decode_nothing_unconfined_and_the_worker_to_do_so(
    chosen: Template,
) -> None:
    told = [one["Environment"]["Variables"] for one in chosen.functions.values()]
    assert [one for one in told if "EARSHOT_UNCONFINED_DECODER" in one] == []
    (task,) = Template(chosen.assembly, "EarshotBulk").properties("ECS::TaskDefinition").values()
    (worker,) = task["ContainerDefinitions"]
    assert {"Name": "EARSHOT_UNCONFINED_DECODER", "Value": "allow"} in worker["Environment"]


def test_recordings_expire_when_they_are_to(chosen: Template, aws: Template) -> None:
    def rules(template: Template) -> dict[str, Any]:
        bucket = template.properties("S3::Bucket")["AudioBucket"]
        return {one["Id"]: one for one in bucket["LifecycleConfiguration"]["Rules"]}

    assert rules(chosen)["kept"]["ExpirationInDays"] == 365
    assert "kept" not in rules(aws), "by default, for ever"
    assert "old-versions" not in rules(chosen), "versions are off"


def test_everything_that_takes_tags_has_them(chosen: Template) -> None:
    for kind in ("S3::Bucket", "DynamoDB::Table", "Lambda::Function", "SQS::Queue"):
        for name, one in chosen.properties(kind).items():
            tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", [])}
            if not name.startswith(("Custom", "Bucket", "AWS")):
                assert {"team": "archive", "cost-centre": "42"}.items() <= tags.items(), name
    bulk = Template(chosen.assembly, "EarshotBulk")
    assert "cost-centre" in json.dumps(bulk.properties("EC2::SecurityGroup"))


def test_three_zones_share_the_nodes(chosen: Template) -> None:
    (domain,) = chosen.properties("OpenSearchService::Domain").values()
    cluster = domain["ClusterConfig"]
    assert cluster["InstanceCount"] == 3
    assert cluster["ZoneAwarenessConfig"] == {"AvailabilityZoneCount": 3}


def test_a_bucket_of_ones_own_is_used_and_only_its_notifications_are_set(tmp_path: Path) -> None:
    done = synthesize(tmp_path, NO_PIP | {"image": "earshot:1", "audio_bucket": "my-recordings"})
    assert done.returncode == 0, done.stderr
    template = Template(tmp_path)
    assert set(template.properties("S3::Bucket")) == {"RecordsTranscripts", "SiteBucket"}
    (notifications,) = template.properties("S3BucketNotifications").values()
    assert notifications["BucketName"] == "my-recordings"
    assert notifications["Managed"] is False, "those that are there stay"
    told = template.functions["IngestionTranscribe"]["Environment"]["Variables"]
    assert told["EARSHOT_AUDIO_BUCKET"] == "my-recordings"
    assert "my-recordings" not in json.dumps(template.properties("S3::BucketPolicy"))


def test_functions_without_a_model_may_run_on_arm64(chosen: Template, aws: Template) -> None:
    def machines(template: Template) -> dict[str, list[str]]:
        return {
            name: one["Architectures"]
            for name, one in template.functions.items()
            if "Architectures" in one
        }

    without_model = {
        *("Api", "ApiKeyed", "ProjectionIndex", "SignInFunction"),
        *("WebhooksCall", "FetchingFetch"),
    }
    for name, machine in machines(chosen).items():
        assert machine == (["arm64"] if name in without_model else ["x86_64"]), name
    assert without_model <= set(machines(chosen))
    assert not set(machines(aws)) & without_model, "by default, as they are measured"
    assert content_hash("api", ARM) != content_hash("api"), "another archive"
