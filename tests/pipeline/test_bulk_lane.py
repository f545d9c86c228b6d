"""Thousands of files by the bulk lane: none lost, none twice, whatever becomes of its worker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from earshot.cli.outputs import Outputs
from earshot.cli.uploading import collect, put
from earshot.cli.waiting import wait_for
from earshot.recordings.ids import BULK_PREFIX
from scripts.local import daemon
from scripts.local import stack as local_stack
from tests.pipeline.conftest import ROOT, Bucket, eventually

WORKER = local_stack.Files(local_stack.HOME).worker


@pytest.fixture
def bulk(bucket: Bucket) -> Iterator[Bucket]:
    """The test's keys, below bulk/."""
    view = Bucket(bucket.stack, BULK_PREFIX + bucket.prefix)
    yield view
    view.clear()


def messages(stack: Outputs, url: str | None) -> tuple[int, int]:
    """Those of a queue that can be received, and those that are hidden."""
    assert url
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return int(told["Attributes"][names[0]]), int(told["Attributes"][names[1]])


def waiting(stack: Outputs, url: str | None) -> int:
    return sum(messages(stack, url))


def end_worker(how: signal.Signals = signal.SIGKILL) -> None:
    running = daemon.remembered(WORKER)
    assert running is not None
    os.kill(running.pid, how)
    for _ in eventually():
        daemon._reap(running.pid)
        if not running.is_alive():
            return
    raise AssertionError("the worker did not end")


def test_both_lanes_hear_the_same_and_each_has_its_own_files(
    bucket: Bucket, bulk: Bucket, sample: Path
) -> None:
    end_worker()
    try:
        live, waits = bucket.put("live.mp3", sample), bulk.put("waits.mp3", sample)
        first = bucket.end(live)
        assert bucket.item(waits) is None, "the function leaves it alone"
    finally:
        local_stack.start_worker()
    second = bulk.end(waits)
    assert second["status"] == first["status"] == "done"
    assert second["text"] == first["text"]
    assert any(waiting(bulk.stack, bulk.stack.bulk_queue_url) == 0 for _ in eventually())


def test_a_worker_killed_at_work_loses_and_repeats_nothing_that_was_done(
    bulk: Bucket, stack: Outputs
) -> None:
    uploads = collect([ROOT / "samples"], bulk.prefix).uploads[:12]
    dead = waiting(stack, stack.bulk_dlq_url)
    put(uploads, stack)
    assert any(bulk.item(uploads[0].key) for _ in eventually())
    end_worker()
    local_stack.start_worker()
    ended = list(wait_for([one.key for one in uploads], stack, patience=120))
    assert [one.recording.status for one in ended] == ["done"] * len(uploads)
    for upload in uploads:
        passages = bulk.passages(upload.key)
        assert len({one["n"] for one in passages}) == len(passages) >= 1
    assert any(waiting(stack, stack.bulk_queue_url) == 0 for _ in eventually())
    assert waiting(stack, stack.bulk_dlq_url) == dead


def test_a_worker_told_to_end_finishes_what_it_hears_and_gives_the_rest_back(
    bulk: Bucket, stack: Outputs
) -> None:
    uploads = collect([ROOT / "samples"], bulk.prefix).uploads[:12]
    put(uploads, stack)
    assert any(bulk.item(uploads[0].key) for _ in eventually())
    try:
        end_worker(signal.SIGTERM)
        left, hidden = messages(stack, stack.bulk_queue_url)
        statuses = [(bulk.item(one.key) or {}).get("status") for one in uploads]
        assert hidden == 0, "others need not wait"
        assert left == len(uploads) - statuses.count("done")
    finally:
        local_stack.start_worker()
    ended = list(wait_for([one.key for one in uploads], stack, patience=120))
    assert [one.recording.status for one in ended] == ["done"] * len(uploads)


def test_a_bad_file_fails_and_a_removed_one_goes(bulk: Bucket, sample: Path) -> None:
    text = bulk.put("text.mp3", b"bread, milk and candles\n" * 40)
    good = bulk.put("good.mp3", sample)
    ended = bulk.ended(text, good)
    assert ended[text]["error"]["code"] == "not_audio"
    assert ended[good]["status"] == "done"
    bulk.delete(good)
    assert any((bulk.item(good) or {}).get("status") == "deleted" for _ in eventually())
    assert any(not bulk.passages(good) for _ in eventually())
