"""Sound, records and index compared, and mended."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from opensearchpy import OpenSearch

from earshot.cli.checking.consistency import Difference
from earshot.cli.checking.repair import Deployment, lasting, repair
from earshot.ingest.events import object_events
from earshot.recordings.changes import Change
from earshot.recordings.claim import Claim
from earshot.recordings.ids import recording_id
from earshot.recordings.imported import imported_transcript
from earshot.recordings.imports import Import
from earshot.recordings.record import Status
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex
from tests.search.recordings import transcript
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811

PATIENCE = timedelta(hours=1)


@pytest.fixture
def deployment(
    client: OpenSearch, alias: str, index: SearchIndex, recordings: Recordings
) -> Deployment:
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    bucket = boto3.resource("s3").create_bucket(Bucket="audio")
    return Deployment(bucket, recordings, client, alias, sqs, url)


@pytest.fixture
def say(deployment: Deployment, index: SearchIndex) -> Callable[[str], str]:
    """Sound in the bucket, its record and its passages, as the pipeline leaves them; the id."""

    def say(key: str) -> str:
        etag = deployment.bucket.put_object(Key=key, Body=key.encode()).e_tag.strip('"')
        one = event(5, key=key, etag=etag)
        deployment.recordings.claim(one, "f00", {}, 1)
        deployment.recordings.finish(one, transcript(f"said in {key}"), 1)
        recording = deployment.recordings.get(one.recording_id)
        assert recording is not None and index.project([recording]) == []
        return one.recording_id

    return say


def found(deployment: Deployment) -> list[tuple[Difference, str]]:
    return [(one.kind, one.recording_id) for one in lasting(deployment, PATIENCE, 0)[1]]


def mend(deployment: Deployment) -> list[tuple[Difference, str]]:
    repair(deployment, *lasting(deployment, PATIENCE, 0))
    return found(deployment)


def test_what_agrees_has_no_discrepancy(deployment: Deployment, say: Callable[[str], str]) -> None:
    say("a.mp3")
    words = imported_transcript("no sound came with it", 2, "m", "0")
    deployment.recordings.add_imported([Import("i.mp3", {}, words, 1)])
    one = deployment.recordings.get(recording_id("i.mp3"))
    assert one is not None
    SearchIndex(deployment.search, deployment.alias).project([one])
    assert found(deployment) == []


def test_documents_that_were_deleted_by_hand_come_back(
    deployment: Deployment, say: Callable[[str], str]
) -> None:
    one = say("a.mp3")
    say("b.mp3")
    deployment.search.delete(index=deployment.alias, id=f"{one}:0")
    assert found(deployment) == [(Difference.NOT_INDEXED, one)]
    assert mend(deployment) == []


def test_an_index_that_was_deleted_is_filled_again(
    deployment: Deployment, say: Callable[[str], str]
) -> None:
    ids = {say("a.mp3"), say("b.mp3")}
    deployment.search.indices.delete(index=f"{deployment.alias}-1")
    assert {one for _, one in found(deployment)} == ids
    assert mend(deployment) == []


def test_documents_of_what_is_not_there_go(
    deployment: Deployment, index: SearchIndex, say: Callable[[str], str]
) -> None:
    vanished, removed = say("vanished.mp3"), say("removed.mp3")
    for key in ("vanished.mp3", "removed.mp3"):
        deployment.bucket.Object(key).delete()
    deployment.recordings._table.delete_item(Key={"recording_id": vanished})
    deployment.recordings.remove(event(9, Change.REMOVED, key="removed.mp3"))
    assert sorted(found(deployment)) == sorted(
        [(Difference.STRAY, vanished), (Difference.STRAY, removed)]
    )
    assert mend(deployment) == []


@pytest.mark.parametrize(
    ("n", "params", "kind"),
    [
        (0, {}, Difference.WRONG_REVISION),  # written to by hand
        (0, {"version": 99, "version_type": "external"}, Difference.WRONG_REVISION),
        (7, {"version": 2, "version_type": "external"}, Difference.INCOMPLETE),
    ],
)
def test_another_revision_or_a_passage_too_many_is_put_right(
    deployment: Deployment,
    say: Callable[[str], str],
    n: int,
    params: dict[str, object],
    kind: Difference,
) -> None:
    one = say("a.mp3")
    deployment.search.indices.refresh(index=deployment.alias)
    source = deployment.search.get(index=deployment.alias, id=f"{one}:0")["_source"]
    body = source | {"n": n}
    deployment.search.index(index=deployment.alias, id=f"{one}:{n}", body=body, params=params)
    assert found(deployment) == [(kind, one)]
    assert mend(deployment) == []


def test_sound_without_its_record_is_announced_again(
    deployment: Deployment, say: Callable[[str], str]
) -> None:
    deployment.bucket.put_object(Key="new one+ö.mp3", Body=b"x")
    tombstone = say("again.mp3")
    deployment.recordings.remove(event(9, Change.REMOVED, key="again.mp3"))
    index = SearchIndex(deployment.search, deployment.alias)
    removed = deployment.recordings.current(tombstone)
    assert removed is not None
    index.project([removed])
    assert {kind for kind, _ in found(deployment)} == {Difference.NO_RECORD}
    mend(deployment)
    for sent in announced(deployment):
        assert sent.change is Change.CREATED
        assert deployment.recordings.claim(sent, "f00", {}, 1).claim is Claim.TAKEN
    assert found(deployment) == []


def test_a_record_made_anew_is_shown_although_the_index_remembers_a_later_one(
    deployment: Deployment, index: SearchIndex, say: Callable[[str], str]
) -> None:
    one = say("a.mp3")
    last = deployment.recordings.get(one)
    assert last is not None
    deployment.recordings._table.delete_item(Key={"recording_id": one})  # by hand
    gone = replace(last, status=Status.DELETED, revision=last.revision + 1)
    assert index.project([gone]) == []  # as the stream tells of it
    assert found(deployment) == [(Difference.NO_RECORD, one)]
    mend(deployment)
    (sent,) = announced(deployment)
    deployment.recordings.claim(sent, "f00", {}, 1)
    deployment.recordings.finish(sent, transcript("said anew"), 1)
    anew = deployment.recordings.get(one)
    assert anew is not None and index.project([anew]) == []
    assert found(deployment) == [(Difference.NOT_INDEXED, one)]
    assert mend(deployment) == []


def test_a_record_without_its_sound_gets_the_removal_that_was_lost(
    deployment: Deployment, say: Callable[[str], str]
) -> None:
    one = say("a.mp3")
    deployment.bucket.Object("a.mp3").delete()
    assert found(deployment) == [(Difference.NO_OBJECT, one)]
    mend(deployment)
    (sent,) = announced(deployment)
    assert deployment.recordings.remove(sent)


def test_sound_that_was_overwritten_unnoticed_is_announced_again(
    deployment: Deployment, say: Callable[[str], str]
) -> None:
    one = say("a.mp3")
    deployment.bucket.put_object(Key="a.mp3", Body=b"other")
    assert found(deployment) == [(Difference.OLD_RECORD, one)]
    mend(deployment)
    (sent,) = announced(deployment)
    assert deployment.recordings.claim(sent, "f00", {}, 1).claim is Claim.TAKEN


def test_what_was_left_half_way_is_taken_up_again(deployment: Deployment) -> None:
    body = deployment.bucket.put_object(Key="a.mp3", Body=b"x")
    late = Recordings(
        deployment.recordings._table, now=lambda: datetime.now(UTC) - timedelta(hours=2)
    )
    late.claim(event(5, key="a.mp3", etag=body.e_tag.strip('"')), "f00", {}, 1)
    assert found(deployment) == [(Difference.STUCK, recording_id("a.mp3"))]
    mend(deployment)
    (sent,) = announced(deployment)
    assert deployment.recordings.claim(sent, "f00", {}, 1).claim is Claim.TAKEN


def announced(deployment: Deployment) -> list:
    """The events that were sent into the queue."""
    messages = deployment.sqs.receive_message(
        QueueUrl=deployment.queue_url, MaxNumberOfMessages=10
    ).get("Messages", [])
    assert all(json.loads(one["Body"]) for one in messages)
    return [one for message in messages for one in object_events(message["Body"])]
