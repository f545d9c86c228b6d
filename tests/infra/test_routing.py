"""Which lane gets the events of which object, by the template's S3 rules and topic filters."""

import json
from pathlib import Path
from typing import Any

import pytest

from earshot.cli.uploading import collect
from earshot.recordings.ids import BULK_PREFIX
from scripts.local import patched_ministack  # noqa: F401 (the filters below look into arrays)
from tests.infra.template import Template, reference

EVENT = Path(__file__).resolve().parents[1] / "events" / "s3_put_in_sqs.json"


def rules(template: Template) -> dict[str, set[str]]:
    """The targets of each kind of event."""
    (told,) = template.properties("S3BucketNotifications").values()
    found: dict[str, set[str]] = {}
    for kind, target in (("Queue", "QueueArn"), ("Topic", "TopicArn")):
        for rule in told["NotificationConfiguration"].get(f"{kind}Configurations", []):
            assert "Filter" not in rule
            for event in rule["Events"]:
                found.setdefault(event, set()).add(reference(rule[target]))
    return found


@pytest.mark.parametrize("target", ["aws", "local"])
def test_every_change_of_the_audio_bucket_is_told_once(
    templates: dict[str, Template], target: str
) -> None:
    assert rules(templates[target]) == {
        "s3:ObjectCreated:*": {"RoutingCreated"},
        "s3:ObjectRemoved:*": {"IngestionQueue"},
        "s3:LifecycleExpiration:*": {"IngestionQueue"},
    }


def subscriptions(template: Template) -> list[dict[str, Any]]:
    found = template.properties("SNS::Subscription").values()
    return [one for one in found if one["Protocol"] == "sqs"]


def lanes(template: Template, key: str) -> list[str]:
    """The queues that a put of this key reaches, by the topic's filters."""
    from ministack.services.sns import _matches_filter_policy

    message = json.loads(json.loads(EVENT.read_text())["Records"][0]["body"])
    message["Records"][0]["s3"]["object"]["key"] = key
    return [
        reference(one["Endpoint"])
        for one in subscriptions(template)
        if _matches_filter_policy(
            {"attributes": one | {"FilterPolicy": json.dumps(one["FilterPolicy"])}},
            {},
            json.dumps(message),
        )
    ]


@pytest.mark.parametrize(
    ("key", "lane"),
    [
        ("a.mp3", "IngestionQueue"),
        ("interviews/bulk/a.mp3", "IngestionQueue"),
        ("bulk", "IngestionQueue"),
        ("Bulk/a.mp3", "IngestionQueue"),
        ("bulk%2Fa.mp3", "IngestionQueue"),
        ("bulk/a.mp3", "BulkQueue"),
        ("bulk/2026/%C3%A9+%2B.mp3", "BulkQueue"),
    ],
)
@pytest.mark.parametrize("target", ["aws", "local"])
def test_a_put_reaches_the_queue_of_its_lane_and_no_other(
    templates: dict[str, Template], target: str, key: str, lane: str
) -> None:
    assert lanes(templates[target], key) == [lane]


def test_queues_get_what_s3_wrote_and_undeliverable_messages_are_kept(aws: Template) -> None:
    for one in subscriptions(aws):
        assert one["RawMessageDelivery"] is True
        assert one["FilterPolicyScope"] == "MessageBody"
        dead = reference(one["RedrivePolicy"]["deadLetterTargetArn"])
        assert dead == reference(one["Endpoint"]).removesuffix("Queue") + "DeadLetters"


def test_only_the_bucket_may_publish_and_only_over_tls(aws: Template) -> None:
    statements = aws.properties("SNS::TopicPolicy")["RoutingCreatedPolicy"]["PolicyDocument"][
        "Statement"
    ]
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    assert [one["Principal"] for one in allowed] == [{"Service": "s3.amazonaws.com"}]
    assert reference(allowed[0]["Condition"]["ArnLike"]["aws:SourceArn"]) == "AudioBucket"
    assert any(one["Effect"] == "Deny" for one in statements)


def test_the_upload_command_puts_where_the_lane_listens(aws: Template, tmp_path: Path) -> None:
    (tmp_path / "a.mp3").touch()
    (upload,) = collect([tmp_path], BULK_PREFIX).uploads
    assert lanes(aws, upload.key) == ["BulkQueue"]
