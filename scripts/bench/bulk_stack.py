"""The local stack's bulk lane under a flood, its worker killed at random, and the live lane beside.

A kill is SIGKILL: what the worker held comes back when its visibility timeout is over. Live files
are put one after another, each when the last one was found: alone, and meanwhile.
"""

import random
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from earshot.cli.checking.repair import Deployment
from earshot.cli.outputs import Outputs
from earshot.cli.progress import progress
from earshot.cli.uploading import Upload, put
from earshot.cli.waiting import Ended, wait_for
from earshot.recordings.ids import BULK_PREFIX
from scripts.bench.pipeline import one_by_one, quantiles, remove, waiting
from scripts.bench.processors import Spent
from scripts.local import stack

BOUND = 1.5  # of the live lane's p95, beside its idle value
WARM = 2  # live files that are not counted, of each turn
TURNS = 5
DEAD_S = 2.0  # between a kill and the next start


def measure(
    target: Outputs, files: Sequence[Path], kills: int, idle: int, compared: int, seed: int
) -> Iterator[Mapping[str, Any]]:
    """All of `files` by the bulk lane with live files beside; then checks.

    A machine is not the same all the time, so live files alone, and beside bulk files, take turns.
    """
    run = f"bench-{uuid.uuid4().hex[:8]}"
    keys: list[str] = []
    uploads = [Upload(file, f"{BULK_PREFIX}{run}/{file.name}", {}) for file in files]
    chance = random.Random(seed)  # noqa: S311 (no secret)
    alone, beside, spent_alone, spent_beside = list[float](), list[float](), Spent(), Spent()
    took, failed = 0.0, 0
    ended: list[Ended] = []
    try:
        for turn in range(TURNS):
            share = uploads[turn::TURNS]
            with spent_alone.counted():
                alone += _idle(target, files, f"{run}/{turn}-alone", keys, idle // TURNS)
            keys += [one.key for one in share]
            began = time.time()
            not_put = {key for key, _ in put(share, target).failures}
            failed += len(not_put)
            with _Live(target, files, f"{run}/{turn}-beside", keys) as live, spent_beside.counted():
                _work_off(target, len(share), kills // TURNS + (turn < kills % TURNS), chance)
            took += time.time() - began
            ended += list(wait_for([one.key for one in share if one.key not in not_put], target))
            beside += live.seconds[WARM:]
        yield {"figure": "live file, bulk lane idle", **_spread(alone)}
        yield {
            "figure": "live file, bulk lane at work",
            **_spread(beside),
            "p95_ratio": round(quantiles(beside)["p95_s"] / quantiles(alone)["p95_s"], 2),
            "bound": BOUND,
        }
        yield {"figure": "processors busy, bulk lane idle", **spent_alone.shares()}
        yield {"figure": "processors busy, bulk lane at work", **spent_beside.shares()}
        sound = sum(one.recording.duration or 0 for one in ended)
        yield {
            "figure": "bulk files",
            "files": len(uploads),
            "not_put": failed,
            "kills": kills,
            "seconds": round(took, 1),
            "files_per_s": round(len(ended) / took, 2),
            "sound_s": round(sound),
            "sound_seconds_per_s": round(sound / took, 1),
            **_checked(target, uploads, compared, seed),
        }
    finally:
        remove(target, keys)


def _idle(
    target: Outputs, files: Sequence[Path], prefix: str, keys: list[str], count: int
) -> list[float]:
    return list(islice(one_by_one(target, files, prefix, keys), count + WARM))[WARM:]


def _work_off(target: Outputs, count: int, kills: int, chance: random.Random) -> None:
    """Until the queue is empty; the worker is killed when so many files are done, as chance has it.

    Only the queue is asked: reading the table all the time would slow down what is measured.
    """
    moments = sorted(chance.sample(range(count // 20, max(count * 19 // 20, kills + 2)), kills))
    done = 0
    with progress("Transcribing", count) as advance:
        while done < count:
            time.sleep(1)
            now = max(done, count - _left(target))
            advance(now - done)
            done = now
            if moments and done >= moments[0]:
                moments.pop(0)
                stack.kill_worker()
                threading.Timer(DEAD_S, stack.start_worker).start()


def _left(target: Outputs) -> int:
    """Messages of the bulk queue, hidden ones too."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = target.client("sqs").get_queue_attributes(
        QueueUrl=target.bulk_queue_url, AttributeNames=names
    )
    return sum(int(told["Attributes"][name]) for name in names)


class _Live:
    """Live files one after another on a thread, while the block runs."""

    def __init__(
        self, target: Outputs, files: Sequence[Path], prefix: str, keys: list[str]
    ) -> None:
        self.seconds: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._put, args=(target, files, prefix, keys))

    def _put(self, *arguments: Any) -> None:
        for seconds in one_by_one(*arguments):
            self.seconds.append(seconds)
            if self._ended.is_set():
                return

    def __enter__(self) -> "_Live":
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()


def _spread(seconds: Sequence[float]) -> dict[str, Any]:
    return {**quantiles(seconds), "mean_s": round(statistics.mean(seconds), 3)}


def _checked(
    target: Outputs, uploads: Sequence[Upload], compared: int, seed: int
) -> dict[str, Any]:
    """Is every file there once, in table and index, with its own words?"""
    deployment = Deployment(
        target.resource("s3").Bucket(target.audio_bucket), target.recordings(),
        target.search_client(60), target.index, target.client("sqs"), target.queue_url,
        target.bulk_queue_url,
    )  # fmt: skip
    state = deployment.state()
    keys = {upload.key for upload in uploads}
    ours = [one for one in state.records.values() if one.key in keys]
    documents = [
        (document.recording_id, document.n)
        for one in ours
        for document in state.indexed.get(one.recording_id, [])
    ]
    return {
        **{f"{status}": n for status, n in Counter(str(one.status) for one in ours).items()},
        "in_index": len({recording for recording, _ in documents}),
        "there_twice": len(documents) - len(set(documents)) + len(ours) - len(keys),
        "discrepancies": len(state.discrepancies(timedelta(0))),
        # A claim and a finish are two writes; a kill in between costs another claim.
        "claimed_again": sum(one.revision > 2 for one in ours),
        "left_in_queue": waiting(target, str(target.bulk_queue_url)),
        "dead_letters": waiting(target, str(target.bulk_dlq_url)) + waiting(target, target.dlq_url),
        **_compared(target, uploads, compared, seed),
    }


def _compared(target: Outputs, uploads: Sequence[Upload], count: int, seed: int) -> dict[str, int]:
    """How many texts differ from what this machine hears in the same files by itself."""
    from earshot.errors import AudioError
    from earshot.recordings.ids import recording_id
    from earshot.speech.recognise import transcribe_files
    from earshot.transcription import open_transcriber

    chosen = random.Random(seed).sample(list(uploads), min(count, len(uploads)))  # noqa: S311
    transcriber = open_transcriber(stack.model(), writer=stack.writer())
    recordings = target.recordings()
    heard = transcribe_files([one.path for one in chosen], transcriber)
    differ = 0
    for one, (_, transcript) in zip(chosen, heard, strict=True):
        found = recordings.get(recording_id(one.key))
        alone = "" if isinstance(transcript, AudioError) else transcript.text
        differ += found is None or found.transcript is None or found.transcript.text != alone
    return {"texts_compared": len(chosen), "texts_that_differ": differ}
