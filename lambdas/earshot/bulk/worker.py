"""The worker's loop: messages are received, files decoded ahead, heard in batches, written down.

Threads receive, fetch and decode, and write; the one that calls `run` is the device's. A message is
deleted when everything about it is written, so a crash anywhere repeats what was unfinished and
nothing else: the steps themselves are those of the function (earshot.ingest).
"""

import logging
import tempfile
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from earshot.audio.limits import SAMPLE_RATE
from earshot.bulk.batches import Batches, Waiting
from earshot.bulk.deliveries import Deliveries, Delivery
from earshot.bulk.hearing import Hearing, Job
from earshot.bulk.intake import LONG_POLL_S, Intake, Message
from earshot.bulk.meter import Meter
from earshot.bulk.pace import Pace
from earshot.errors import AudioError
from earshot.ingest.events import MalformedEvent, object_events
from earshot.ingest.ingest import Ingest, Outcome
from earshot.recordings.changes import ObjectEvent
from earshot.speech.recognise import Beginning, begin
from earshot.speech.transcript import Transcript
from earshot.speech.windows import MAX_SINGLE_WINDOW_SAMPLES

_UNWRITTEN_BATCHES = 2  # that may wait for the table while the device goes on
_BUSY_POLL_S = 5  # how long a receiver waits for messages, and so may keep an end waiting
_LOOK_S = 0.5  # how often the device's thread looks whether it should stop

logger = logging.getLogger(__name__)


class Worker:
    """Works one queue off until `stop` is called."""

    def __init__(
        self,
        intake: Intake,
        load: Callable[[], Ingest],
        pace: Callable[[Ingest], Pace],
        poll_s: int = LONG_POLL_S,
    ) -> None:
        """`load` brings the model: it is called when the first message is there."""
        self._intake, self._load, self._choose_pace, self._poll_s = intake, load, pace, poll_s
        self._stopping = threading.Event()
        self._broken = False  # the device

    def stop(self) -> None:
        """Take nothing more; finish what the device has, give the rest back. Safe in signals."""
        self._stopping.set()

    def run(self) -> bool:
        """Until stopped: True. False when the device is broken and a new process should begin."""
        try:
            first = self._first()
            if first:
                self._work(first)
        finally:
            self._intake.close()
        return not self._broken

    def _first(self) -> list[Message]:
        """Wait, with nothing loaded, until there is work."""
        while not self._stopping.is_set():
            if messages := self._receive(self._poll_s):
                return messages
        return []

    def _work(self, first: Sequence[Message]) -> None:
        self._ingest = self._load()
        self._pace = self._choose_pace(self._ingest)
        self._meter = Meter(self._pace.batch_seconds)
        self._deliveries = Deliveries(
            self._intake, self._ingest.give_up, self._meter, self._pace.max_receives
        )
        self._batches: Batches[Job] = Batches(
            self._pace.batch_seconds,
            self._pace.batch_files,
            MAX_SINGLE_WINDOW_SAMPLES / SAMPLE_RATE,
        )
        hearing = Hearing(
            self._ingest.transcriber, self._stopping, self._meter, self._refuse, self._fault
        )
        with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
            self._folder = Path(folder)
            self._decoders = ThreadPoolExecutor(self._pace.threads, "decode")
            self._writers = ThreadPoolExecutor(self._pace.threads, "write")
            self._finishers = ThreadPoolExecutor(1, "finish")
            receivers = [
                threading.Thread(target=self._keep_receiving, name="receive")
                for _ in range(self._pace.receivers)
            ]
            try:
                self._accept(first)
                for one in receivers:
                    one.start()
                self._keep_hearing(hearing)
            finally:
                self._broken = hearing.broken
                self._stopping.set()
                self._batches.close()
                for one in receivers:
                    one.join()
                for pool in (self._decoders, self._finishers, self._writers):
                    pool.shutdown(cancel_futures=pool is self._decoders)
                self._meter.tell(at_once=True)

    # -- receiving

    def _keep_receiving(self) -> None:
        while not self._stopping.is_set():
            if self._intake.held < self._pace.held_files:
                self._accept(self._receive(min(_BUSY_POLL_S, self._poll_s)))
            else:
                self._stopping.wait(0.02)

    def _receive(self, wait_s: int) -> list[Message]:
        try:
            return self._intake.receive(wait_s)
        except (BotoCoreError, ClientError):
            logger.exception("could not read the queue; trying again")
            self._stopping.wait(5)
            return []

    def _accept(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if self._stopping.is_set():
                return  # given back with all that is held
            try:
                events = list(object_events(message.body))
            except MalformedEvent as error:
                logger.warning("dropped a message that is no S3 event: %s", error)
                events = []
            if not events:
                self._deliveries.end([message])
                continue
            delivery = Delivery(message, len(events))
            for event in events:
                self._decoders.submit(self._prepare, delivery, event)

    # -- fetching and decoding

    def _prepare(self, delivery: Delivery, event: ObjectEvent) -> None:
        if not self._batches.wait_for_room(self._pace.ahead_seconds):
            return
        path = self._folder / uuid.uuid4().hex
        sound: Beginning | None = None
        try:
            work = self._ingest.take(event, path)
            if isinstance(work, Outcome):
                self._deliveries.settled(delivery, event, work)
                return
            try:
                held = int(self._pace.held_seconds * SAMPLE_RATE)
                sound = begin(path, self._ingest.limits, held)
            except AudioError as error:
                self._deliveries.settled(delivery, event, self._ingest.refuse(work.event, error))
                return
        except Exception:
            self._deliveries.fault(delivery, event)
            return
        finally:
            if sound is None or not (sound.rest or sound.needs_copy):
                path.unlink(missing_ok=True)
        alone = sound.rest is not None or delivery.message.receives >= self._pace.cautious
        seconds = len(sound.waveform) / SAMPLE_RATE
        self._batches.add(Waiting(Job(delivery, work, sound), seconds, alone))

    # -- hearing

    def _keep_hearing(self, hearing: Hearing) -> None:
        unwritten: deque[Future[None]] = deque()
        while not self._stopping.is_set() and not hearing.broken:
            batch = [one.what for one in self._batches.take(_LOOK_S)]
            if batch:
                heard = hearing.hear(batch)
                unwritten.append(self._finishers.submit(self._finish, heard))
                if len(unwritten) > _UNWRITTEN_BATCHES:
                    unwritten.popleft().result()
            self._meter.tell()

    # -- writing

    def _finish(self, heard: Sequence[tuple[Job, Transcript]]) -> None:
        """Write a batch down, several at once, and then delete its messages."""
        ended = [
            message
            for message in self._writers.map(self._write, *zip(*heard, strict=True))
            if message
        ] if heard else []  # fmt: skip
        self._deliveries.end(ended)

    def _write(self, job: Job, transcript: Transcript) -> Message | None:
        """The message, when it is dealt with."""
        try:
            outcome = self._ingest.finish(job.work, transcript)
        except Exception:
            self._deliveries.fault(job.delivery, job.work.event)
            return None
        finally:
            for path in self._folder.glob(f"{job.work.path.name}*"):
                path.unlink(missing_ok=True)
        return self._deliveries.count(job.delivery, job.work.event, outcome)

    def _fault(self, job: Job) -> None:
        self._deliveries.fault(job.delivery, job.work.event)
        job.work.path.unlink(missing_ok=True)

    def _refuse(self, job: Job, error: AudioError) -> None:
        job.work.path.unlink(missing_ok=True)
        try:
            outcome = self._ingest.refuse(job.work.event, error)
        except Exception:
            self._deliveries.fault(job.delivery, job.work.event)
        else:
            self._deliveries.settled(job.delivery, job.work.event, outcome)
