"""The device's part of the bulk worker: batches of decoded files in, their transcripts out."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from time import monotonic

from earshot.bulk.deliveries import Delivery
from earshot.bulk.meter import Meter
from earshot.errors import AudioError
from earshot.ingest.work import Work
from earshot.speech.engine import Waveform
from earshot.speech.recognise import Beginning, noted
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript

FAULTS_IN_A_ROW = 5  # after which the device counts as broken, and a fresh process is due

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed file, decoded as far as it is held in memory."""

    delivery: Delivery
    work: Work
    sound: Beginning


class _Stopped(Exception):
    """The worker is to end; the batch is given back."""


class Hearing:
    """Transcribes batches with one model, until `stopping` is set or the device is broken."""

    def __init__(
        self,
        transcriber: Transcriber,
        stopping: threading.Event,
        meter: Meter,
        refuse: Callable[[Job, AudioError], None],
        fault: Callable[[Job], None],
    ) -> None:
        """`refuse` takes a file that can't become a transcript; `fault` one whose turn failed and
        is to come again, and is called where the error was caught.
        """
        self._transcriber, self._stopping, self._meter = transcriber, stopping, meter
        self._refuse, self._fault = refuse, fault
        self._faults = 0  # in a row

    @property
    def broken(self) -> bool:
        """Whether so many files failed in a row that the device is to blame."""
        return self._faults >= FAULTS_IN_A_ROW

    def hear(self, batch: Sequence[Job]) -> list[tuple[Job, Transcript]]:
        """The transcripts of a batch, without those of files that failed."""
        began = monotonic()
        try:
            transcripts = self._transcribe(batch)
        except _Stopped:
            return []
        except AudioError as error:  # of a long file, which is alone
            (job,) = batch
            self._refuse(job, error)
            return []
        except Exception:
            if len(batch) > 1:
                return self._one_by_one(batch)
            self._faults += 1
            (job,) = batch
            self._fault(job)
            return []
        self._faults = 0
        seconds = sum(transcript.duration for transcript in transcripts)
        self._meter.batch(seconds, monotonic() - began)
        return list(zip(batch, transcripts, strict=True))

    def _one_by_one(self, batch: Sequence[Job]) -> list[tuple[Job, Transcript]]:
        """One file may be to blame for a failed batch; the others get their transcripts."""
        logger.warning("a batch of %d failed: trying them one by one", len(batch))
        heard: list[tuple[Job, Transcript]] = []
        for job in batch:
            if self._stopping.is_set() or self.broken:
                break  # given back with all that is held
            heard += self.hear([job])
        return heard

    def _transcribe(self, batch: Sequence[Job]) -> list[Transcript]:
        (first, *others) = [job.sound for job in batch]
        if not others and first.rest is not None:
            blocks = chain([first.waveform], self._unless_stopped(first.rest))
            return [noted(self._transcriber.transcribe_stream(blocks), first.source.findings)]
        transcripts = self._transcriber.transcribe_many([job.sound.waveform for job in batch])
        return [
            noted(transcript, job.sound.source.findings)
            for transcript, job in zip(transcripts, batch, strict=True)
        ]

    def _unless_stopped(self, blocks: Iterator[Waveform]) -> Iterator[Waveform]:
        for block in blocks:
            if self._stopping.is_set():
                raise _Stopped
            yield block
