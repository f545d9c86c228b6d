"""What was deleted, replaced or spoilt comes back; what changed meanwhile is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from earshot.cli.restore import sound
from earshot.cli.restore.command import moment
from earshot.cli.restore.records import Transcripts, bring
from earshot.errors import InputError
from earshot.recordings.changes import Change
from earshot.recordings.record import Status
from earshot.recordings.store import Recordings
from tests.unit.recordings.conftest import aws, event, make_table, transcript  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811


@pytest.fixture
def live(aws: None) -> Any:
    return make_table()


@pytest.fixture
def copy(live: Any) -> Any:
    """A table of the same form, as DynamoDB's restore makes one."""
    described = {
        name: value
        for name, value in live.meta.client.describe_table(TableName=live.name)["Table"].items()
        if name in ("KeySchema", "AttributeDefinitions")
    }
    return boto3.resource("dynamodb").create_table(
        TableName="copy", BillingMode="PAY_PER_REQUEST", **{
            **described,
            "AttributeDefinitions": [{"AttributeName": "recording_id", "AttributeType": "S"}],
        },
    )  # fmt: skip


@pytest.fixture
def bodies(aws: None) -> Any:
    bucket = boto3.resource("s3").create_bucket(Bucket="bodies")
    bucket.Versioning().enable()
    return bucket


@pytest.fixture
def recordings(live: Any, bodies: Any) -> Recordings:
    return Recordings(live, bodies)


def said(recordings: Recordings, key: str, text: str) -> str:
    one = event(5, key=key)
    recordings.claim(one, "f00", {}, 1)
    recordings.finish(one, transcript(text), 1)
    return one.recording_id


def kept(live: Any, copy: Any) -> None:
    for item in live.scan()["Items"]:
        copy.put_item(Item=item)


def test_deleted_records_come_back_with_a_revision_that_the_search_takes(
    live: Any, copy: Any, bodies: Any, recordings: Recordings
) -> None:
    lost, deleted = said(recordings, "a.mp3", "HELLO"), said(recordings, "b.mp3", "WORLD")
    kept(live, copy)
    last = recordings.current(lost)
    live.delete_item(Key={"recording_id": lost})
    recordings.remove(event(6, Change.REMOVED, key="b.mp3"))
    seen = recordings.current(deleted)
    assert seen is not None

    found = bring(copy, live, Transcripts(bodies, bodies))

    assert (found.brought, found.lost) == (2, [])
    for identity, text in ((lost, "HELLO"), (deleted, "WORLD")):
        back = recordings.get(identity)
        assert back is not None
        assert back.status is Status.DONE
        assert back.transcript is not None
        assert back.transcript.text == text
    again = recordings.current(deleted)
    assert again is not None
    assert again.revision > seen.revision, "else the index would refuse it as older"
    there = recordings.current(lost)
    assert last is not None
    assert there is not None
    assert there.revision > last.revision + 1, "of which the index remembers the deletion"
    assert "expires_at" not in live.get_item(Key={"recording_id": deleted})["Item"]
    assert bring(copy, live, Transcripts(bodies, bodies)).there == 2, "it can be repeated"


def test_what_changed_since_is_kept_unless_it_is_to_be_overwritten(
    live: Any, copy: Any, bodies: Any, recordings: Recordings
) -> None:
    identity = said(recordings, "a.mp3", "RIGHT")
    kept(live, copy)
    live.update_item(
        Key={"recording_id": identity},
        UpdateExpression="SET #t = :t",
        ExpressionAttributeNames={"#t": "text"},
        ExpressionAttributeValues={":t": "SPOILT"},
    )
    assert bring(copy, live, Transcripts(bodies, bodies)).there == 1
    assert live.get_item(Key={"recording_id": identity})["Item"]["text"] == "SPOILT"
    assert bring(copy, live, Transcripts(bodies, bodies), overwrite=True).brought == 1
    assert live.get_item(Key={"recording_id": identity})["Item"]["text"] == "RIGHT"


def test_a_long_transcript_comes_back_from_its_old_version_or_is_named_as_lost(
    live: Any, copy: Any, bodies: Any, recordings: Recordings
) -> None:
    for key in ("a.mp3", "b.mp3"):
        identity = said(recordings, key, "LONG")
        item = live.get_item(Key={"recording_id": identity})["Item"]
        item["body_key"] = f"{identity}/body.json.gz"
        bodies.put_object(Key=item["body_key"], Body=bytes(item.pop("body")))
        live.put_item(Item=item)
        kept(live, copy)
        live.delete_item(Key={"recording_id": identity})
        bodies.Object(item["body_key"]).delete()
    bodies.object_versions.filter(Prefix=f"{identity}/").delete()

    found = bring(copy, live, Transcripts(bodies, bodies))

    assert (found.brought, found.lost) == (1, ["b.mp3"])
    back = recordings.get(event(5, key="a.mp3").recording_id)
    assert back is not None
    assert back.transcript is not None
    assert back.transcript.text == "LONG"


def versioned(name: str) -> Any:
    bucket = boto3.resource("s3").create_bucket(Bucket=name)
    bucket.Versioning().enable()
    return bucket


def body(bucket: Any, key: str) -> bytes:
    found: bytes = bucket.Object(key).get()["Body"].read()
    return found


def test_sound_is_as_it_was_and_later_sound_stays(aws: None) -> None:
    bucket = versioned("audio")
    for key in ("deleted.mp3", "replaced.mp3", "same.mp3"):
        bucket.put_object(Key=key, Body=b"before", Metadata={"accent": "us"})
    at = datetime.now(UTC) + timedelta(seconds=0.5)
    later = at + timedelta(seconds=1)
    while datetime.now(UTC) < later:  # S3's times are whole seconds
        pass
    bucket.Object("deleted.mp3").delete()
    bucket.put_object(Key="replaced.mp3", Body=b"after")
    bucket.put_object(Key="new.mp3", Body=b"new")

    only = sound.as_it_was(bucket, at, write=False)
    assert sorted(only.returned) == ["deleted.mp3", "replaced.mp3"]
    assert body(bucket, "replaced.mp3") == b"after", "nothing was written"

    found = sound.as_it_was(bucket, at)
    assert sorted(found.returned) == ["deleted.mp3", "replaced.mp3"]
    assert (found.newer, found.lost) == (["new.mp3"], [])
    assert body(bucket, "deleted.mp3") == body(bucket, "replaced.mp3") == b"before"
    assert bucket.Object("deleted.mp3").metadata == {"accent": "us"}
    assert body(bucket, "new.mp3") == b"new"
    assert sound.as_it_was(bucket, at).returned == found.returned, "it can be repeated"


def test_what_another_bucket_holds_is_copied_once_with_who_speaks(aws: None) -> None:
    source, target = versioned("old"), versioned("new")
    source.put_object(Key="a.mp3", Body=b"a", Metadata={"accent": "us"})
    source.put_object(Key="b.mp3", Body=b"old")
    target.put_object(Key="b.mp3", Body=b"newer")
    assert sound.from_another(source, target) == ["a.mp3"]
    assert target.Object("a.mp3").metadata == {"accent": "us"}
    assert body(target, "b.mp3") == b"newer"
    assert sound.from_another(source, target) == []


def test_a_time_that_is_none_is_refused_and_one_without_a_zone_is_utc() -> None:
    with pytest.raises(InputError, match="no time such as"):
        moment("yesterday")
    assert moment("2026-11-26T12:00") == moment("2026-11-26T12:00Z")
