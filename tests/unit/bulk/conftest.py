"""A queue, a bucket and a table of moto's, a recogniser that tells lengths, and their worker."""

import io
import threading
import time
import wave
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import boto3
import numpy as np
import pytest
from botocore.client import BaseClient

from earshot.audio.limits import SAMPLE_RATE, Limits
from earshot.bulk import worker as workers
from earshot.bulk.intake import Intake
from earshot.bulk.pace import Pace
from earshot.bulk.worker import Worker
from earshot.ingest.events import notification
from earshot.ingest.ingest import Ingest
from earshot.recordings.changes import ObjectEvent
from earshot.recordings.ids import recording_id
from earshot.recordings.record import Recording
from earshot.recordings.store import Recordings
from earshot.speech.engine import Waveform
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

MAX_RECEIVES = 3
PATIENCE_S = 120  # a machine may stand still for half a minute; no behaviour hangs on it
POISON_S = 1.3  # the length of sound that the recogniser can't bear


def wav(seconds: float) -> bytes:
    """That much noise."""
    sound = io.BytesIO()
    samples = np.random.default_rng(0).integers(-3000, 3000, round(seconds * SAMPLE_RATE))
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.astype("<i2").tobytes())
    return sound.getvalue()


PROVENANCE = Provenance("fake", "f1", "fake", "greedy", "0")


@dataclass
class Recogniser:
    """Says how long sound is, and remembers what it heard together."""

    provenance: Provenance = PROVENANCE
    batch: int = 8
    batches: list[list[float]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def transcribe_many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        self.before()
        lengths = [len(one) / SAMPLE_RATE for one in waveforms]
        self.batches.append(lengths)
        if any(abs(one - POISON_S) < 0.01 for one in lengths):
            raise RuntimeError("CUDA error: the device has had enough")
        return [self._said(one) for one in lengths]

    def transcribe_stream(self, blocks: Iterable[Waveform]) -> Transcript:
        lengths = []
        for block in blocks:
            self.before()
            lengths.append(len(block) / SAMPLE_RATE)
        return self._said(sum(lengths))

    def _said(self, seconds: float) -> Transcript:
        word = Word(f"{seconds:.2f}", 0.0, seconds, 1.0)
        return Transcript((Segment((word,)),), round(seconds, 3), self.provenance)


@dataclass
class Lane:
    """Everything around a worker; `work` runs one until the queue is empty or something else."""

    recordings: Recordings
    audio: Any
    queue: Any
    dead: Any
    recogniser: Recogniser = field(default_factory=Recogniser)
    pace: Pace = field(
        default_factory=lambda: Pace(
            batch_seconds=40, batch_files=8, threads=4, held_files=40, max_receives=MAX_RECEIVES
        )
    )
    limits: Limits = field(default_factory=lambda: Limits(max_seconds=60))

    def put(self, key: str, body: bytes, sequencer: int = 1) -> ObjectEvent:
        stored = self.audio.put_object(Key=key, Body=body)
        one = replace(event(sequencer, key=key), etag=stored.e_tag.strip('"'), size=len(body))
        self.send(one)
        return one

    def send(self, one: ObjectEvent) -> None:
        self.queue.send_message(MessageBody=notification(one))

    def ingest(self) -> Ingest:
        recogniser: Any = self.recogniser
        return Ingest(self.recordings, self.audio, recogniser, self.limits)

    def worker(self, visibility_s: int = 30, sqs: Any = None) -> Worker:
        intake = Intake(sqs or boto3.client("sqs"), self.queue.url, visibility_s)
        return Worker(intake, self.ingest, lambda _: self.pace, poll_s=0)

    def work(self, until: Callable[[], bool] | None = None, worker: Worker | None = None) -> bool:
        """What `run` says in the end."""
        worker = worker or self.worker()
        ended: list[bool] = []
        thread = threading.Thread(target=lambda: ended.append(worker.run()))
        thread.start()
        deadline = time.monotonic() + PATIENCE_S
        try:
            while thread.is_alive() and not (until or self.is_empty)():
                assert time.monotonic() < deadline, "the worker did not get there"
                time.sleep(0.02)
        finally:  # or its threads would outlive the test, and the whole run
            worker.stop()
            thread.join(PATIENCE_S)
        return ended[0] if ended else False

    def is_empty(self) -> bool:
        return self.waiting() == (0, 0)

    def waiting(self) -> tuple[int, int]:
        """Messages that can be received, and those that are hidden."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        client = self.queue.meta.client
        told = client.get_queue_attributes(QueueUrl=self.queue.url, AttributeNames=names)
        return int(told["Attributes"][names[0]]), int(told["Attributes"][names[1]])

    def found(self, key: str) -> Recording | None:
        return self.recordings.get(recording_id(key))

    def texts(self, *keys: str) -> list[str]:
        return [one.text if (one := self.found(key)) else "" for key in keys]


@pytest.fixture
def one_call_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's calls are whole to each other; moto's, from several threads, are not. And asking an
    empty queue takes a moment, or the receivers leave the other threads no time."""
    lock = threading.RLock()
    call: Any = vars(BaseClient)["_make_api_call"]

    def locked(client: Any, operation: str, *arguments: Any) -> Any:
        if operation == "ReceiveMessage":
            time.sleep(0.02)
        with lock:
            return call(client, operation, *arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", locked)


@pytest.fixture
def lane(
    one_call_at_a_time: None,
    recordings: Recordings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Lane]:
    monkeypatch.setattr(workers, "_LOOK_S", 0.02)  # each run of a worker ends by such a look
    sqs = boto3.resource("sqs")
    dead = sqs.create_queue(QueueName="dead")
    arn = dead.attributes["QueueArn"]
    redrive = f'{{"deadLetterTargetArn": "{arn}", "maxReceiveCount": {MAX_RECEIVES}}}'
    queue = sqs.create_queue(QueueName="bulk", Attributes={"RedrivePolicy": redrive})
    yield Lane(recordings, boto3.resource("s3").create_bucket(Bucket="audio"), queue, dead)
