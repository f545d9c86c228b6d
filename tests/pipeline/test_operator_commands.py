"""What an operator does when something went wrong: look what differs, mend it, try again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote_plus

import httpx
import pytest

from earshot.recordings.ids import recording_id
from earshot.search.client import connect
from earshot.search.mapping import document_id
from tests.pipeline.conftest import Bucket, eventually, scripts


@contextmanager
def no_writes(bucket: Bucket) -> Iterator[None]:
    """The index refuses every write, as one does that was set read-only and forgotten."""
    settings = connect(bucket.stack.opensearch_url).indices.put_settings
    settings(index=bucket.stack.index, body={"index.blocks.write": True})
    try:
        yield
    finally:
        settings(index=bucket.stack.index, body={"index.blocks.write": None})


@contextmanager
def no_notices(bucket: Bucket) -> Iterator[None]:
    """The bucket tells nobody what is put into it."""
    s3, name = bucket.stack.client("s3"), bucket.stack.audio_bucket
    told = s3.get_bucket_notification_configuration(Bucket=name)
    told.pop("ResponseMetadata")
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})
    try:
        yield
    finally:
        s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=told)


def index_failures(bucket: Bucket) -> int:
    told = bucket.stack.client("sqs").get_queue_attributes(
        QueueUrl=bucket.stack.index_failure_queue_url, AttributeNames=["All"]
    )
    return int(told["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.timeout(300)
def test_check_names_what_was_lost_by_hand_and_repair_brings_it_back(
    bucket: Bucket, sample: Path, other_sample: Path
) -> None:
    whole = bucket.put("whole.mp3", sample)
    unindexed = bucket.put("document lost.mp3", sample)
    forgotten = bucket.put("record+lost.mp3", other_sample)
    bucket.ended(whole, unindexed, forgotten)
    agreed = scripts("check", "--wait", "1")
    assert bucket.prefix not in agreed.stdout

    client = connect(bucket.stack.opensearch_url)
    client.delete(index=bucket.stack.index, id=document_id(recording_id(unindexed), 0))
    table = bucket.stack.resource("dynamodb").Table(bucket.stack.table)
    table.delete_item(Key={"recording_id": recording_id(forgotten)})
    differing = scripts("check", "--wait", "1")
    assert differing.returncode == 1
    named = [line for line in differing.stdout.splitlines() if bucket.prefix in line]
    assert {line.rpartition(": ")[2] for line in named} == {unindexed, forgotten}
    assert not any(whole in line for line in named)

    mended = scripts("check", "--repair", "--wait", "1")
    assert mended.stdout.splitlines()[-1].endswith(" 0 discrepancies."), (
        mended.stdout + mended.stderr
    )
    assert mended.returncode == 0
    for key in (whole, unindexed, forgotten):
        assert bucket.is_searchable(key)
        assert len(bucket.passages(key)) == 1


@pytest.mark.timeout(300)
def test_what_the_index_refused_waits_and_is_shown_after_redrive(
    bucket: Bucket, sample: Path
) -> None:
    before = index_failures(bucket)
    with no_writes(bucket):
        key = bucket.put("refused.mp3", sample)
        assert any((bucket.item(key) or {}).get("status") == "done" for _ in eventually())
        assert any(index_failures(bucket) > before for _ in eventually())
        assert not bucket.passages(key)
    redriven = scripts("redrive")
    assert redriven.returncode == 0, redriven.stdout + redriven.stderr
    assert any(bucket.passages(key) for _ in eventually())
    assert bucket.is_searchable(key)
    assert index_failures(bucket) == 0


@pytest.mark.timeout(300)
def test_a_dead_letter_is_worked_on_after_redrive(bucket: Bucket, sample: Path) -> None:
    with no_notices(bucket):
        key = bucket.put("died.mp3", sample)
    s3, sqs = bucket.stack.client("s3"), bucket.stack.client("sqs")
    stored = s3.head_object(Bucket=bucket.stack.audio_bucket, Key=key)
    sound = {"key": quote_plus(key), "eTag": stored["ETag"].strip('"'), "sequencer": "0055AED6"}
    notice = {
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-01-02T03:04:05.000Z",
        "s3": {
            "bucket": {"name": bucket.stack.audio_bucket},
            "object": sound | {"size": stored["ContentLength"]},
        },
    }
    sqs.send_message(QueueUrl=bucket.stack.dlq_url, MessageBody=json.dumps({"Records": [notice]}))
    redriven = scripts("redrive")
    assert redriven.returncode == 0, redriven.stdout + redriven.stderr
    assert bucket.end(key)["status"] == "done"
    assert bucket.is_searchable(key)
    assert bucket.dead_letters() == 0


@pytest.mark.timeout(300)
def test_a_recording_is_transcribed_again_by_command_and_by_the_api(
    bucket: Bucket, sample: Path
) -> None:
    key = bucket.put("again.mp3", sample)
    first = bucket.end(key)
    before = bucket.item(key)
    assert before is not None
    asked = scripts("retranscribe", "--prefix", key)
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert "1 will be transcribed again" in asked.stdout

    def moment() -> str:
        item = bucket.item(key)
        assert item is not None and item["status"] == "done" and item["text"] == first["text"]
        return str(item["transcribed_at"])

    assert any(moment() > before["transcribed_at"] for _ in eventually())
    second = moment()
    answer = httpx.post(
        f"{bucket.stack.api_url}/recordings/{recording_id(key)}/retranscribe",
        headers={"authorization": f"Bearer {bucket.stack.api_key}"},
        timeout=30,
    )
    assert answer.status_code == 202, answer.text
    assert any(moment() > second for _ in eventually())
    assert bucket.end(key)["text"] == first["text"]
    assert bucket.is_searchable(key)


@pytest.mark.timeout(300)
def test_a_key_that_was_given_out_opens_what_it_says_until_it_is_taken_back(
    bucket: Bucket, sample: Path
) -> None:
    used, taken_back = (f"{one}-{bucket.prefix.strip('/')}" for one in ("used", "back"))
    api = bucket.stack.api_url

    def given_out(name: str) -> dict[str, str]:
        made = scripts("keys", "create", name, "--scope", "transcribe", "--per-minute", "30")
        assert made.returncode == 0, made.stdout + made.stderr
        return {"authorization": f"Bearer {made.stdout.strip()}"}

    def transcribed(headers: dict[str, str]) -> httpx.Response:
        with sample.open("rb") as file:
            return httpx.post(f"{api}/asr", headers=headers, files={"file": file}, timeout=60)

    opens, revoked = given_out(used), given_out(taken_back)
    answer = transcribed(opens)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["transcription"].split()) > 20
    refused = httpx.delete(f"{api}/recordings/aaaaaaaaaaaaaaaa", headers=opens, timeout=30)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    listed = scripts("keys", "list").stdout
    assert any(taken_back in line and "valid" in line for line in listed.splitlines())
    assert scripts("keys", "revoke", taken_back).returncode == 0
    # Not used before: the minute for which a used one still opens is shown under a clock, by the
    # unit tests.
    assert transcribed(revoked).status_code == 401
    assert scripts("keys", "revoke", used).returncode == 0
