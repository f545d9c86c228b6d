"""What the bulk worker gets through where nothing but decoding, batching and the engine costs.

It is the worker itself; only its queue and table are memory. Sound comes from files, as a download
leaves it.
"""

import os
import resource
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np

from earshot.audio import sandbox
from earshot.audio.limits import DEFAULT, SAMPLE_RATE, Limits
from earshot.bulk.intake import AT_ONCE, Intake, Message
from earshot.bulk.pace import pace
from earshot.bulk.worker import Worker
from earshot.cli.progress import Advance, progress
from earshot.errors import AudioError
from earshot.ingest.events import notification
from earshot.ingest.ingest import Ingest, Outcome
from earshot.ingest.work import Work
from earshot.recordings.changes import Change, ObjectEvent
from earshot.speech.engine import Waveform
from earshot.speech.files import read_json
from earshot.speech.model import load
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Provenance, Transcript
from earshot.speech.writer.model import open_writer
from scripts.bench.clocks import ClockedEngine, ClockedWriter, processors
from scripts.bench.flops import device, flops


@dataclass(frozen=True, slots=True)
class Run:
    """Which files which models hear. `batch_seconds` and `peak` (TFLOPS) are what suits the engine
    and what is known of the device, if None."""

    files: Sequence[Path]
    model: Path
    engine: str
    writer: str
    batch_seconds: float | None
    peak: float | None


def measure(run: Run, beside: int = 1, ready: Callable[[], object] = int) -> Mapping[str, Any]:
    """Every file once, timed from the first message; a batch before warms the engine up.

    `beside` workers share the machine, and `ready` returns when all of them are.
    """
    sandbox.start()
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"  # what is printed here are figures
    listener = load(str(run.model), engine=run.engine)
    clocked = ClockedEngine(listener.engine)
    found = open_writer(run.writer, side_by_side=True, on_device=clocked.on_device)
    writes = ClockedWriter(found) if found else None
    transcriber = _Timed(Transcriber(replace(listener, engine=clocked), writer=writes))
    chosen = pace(transcriber.batch, 10, run.batch_seconds, beside=beside)
    transcriber.transcribe_many([np.zeros(SAMPLE_RATE * 5, np.float32) + 0.01])
    transcriber.forget()
    for part in (clocked, writes):
        if part:
            part.clock.seconds = 0.0
    with progress("Transcribing", len(run.files)) as advance:
        queue = _Queue(run.files)
        ingest = _Files(run.files, transcriber, advance)
        worker = Worker(cast(Intake, queue), lambda: cast(Ingest, ingest), lambda _: chosen, 0)
        queue.on_empty = worker.stop
        ready()
        with _gpu_memory() as on_gpu, processors() as on_processors:
            began = time.perf_counter()
            worker.run()
            took = time.perf_counter() - began
    sound = sum(transcriber.lengths)
    work = flops(read_json(_config(run.model)), transcriber.lengths)
    name, known = device(run.engine)
    peak = run.peak or known
    return {
        "figure": "bulk worker without a cloud",
        "model": run.model.name,
        "engine": transcriber.provenance.engine,
        "device": name,
        "files": len(run.files),
        "failed": ingest.failed,
        "sound_s": round(sound, 1),
        "seconds": round(took, 1),
        "sound_seconds_per_s": round(sound / took, 1),
        "listener_busy": round(clocked.clock.seconds / took, 3),
        "writer": run.writer,
        "writer_busy": round(writes.clock.seconds / took, 3) if writes else None,
        "sound_seconds_per_listener_s": round(sound / clocked.clock.seconds, 1),
        "batch_fill": round(sound / transcriber.batches / chosen.batch_seconds, 3),
        "batch_s": chosen.batch_seconds,
        "gflop_per_sound_s": round(work / sound / 1e9, 1),
        "tflops": round(work / clocked.clock.seconds / 1e12, 3),
        "peak_tflops": round(peak, 3) if peak else None,
        "share_of_peak": round(work / clocked.clock.seconds / 1e12 / peak, 3) if peak else None,
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **on_processors,
        **on_gpu,
    }


@dataclass
class _Timed:
    """A transcriber that remembers what it was given."""

    inner: Transcriber
    batches: int = 0
    lengths: list[float] = field(default_factory=list)

    @property
    def batch(self) -> int:
        return self.inner.batch

    @property
    def provenance(self) -> Provenance:
        return self.inner.provenance

    def transcribe_many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        found = self.inner.transcribe_many(waveforms)
        self._count([len(one) / SAMPLE_RATE for one in waveforms])
        return found

    def transcribe_stream(self, blocks: Iterable[Waveform]) -> Transcript:
        found = self.inner.transcribe_stream(blocks)
        self._count([found.duration])
        return found

    def forget(self) -> None:
        self.batches, self.lengths = 0, []

    def _count(self, lengths: Sequence[float]) -> None:
        self.lengths += lengths
        self.batches += 1


class _Queue:
    """In the place of an Intake: a message a file, each received once."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._coming = iter(range(len(files)))
        self._left = len(files)
        self._held = 0
        self._lock = threading.Lock()
        self.on_empty: Callable[[], object] = int

    @property
    def held(self) -> int:
        return self._held

    def receive(self, wait_s: int) -> list[Message]:
        with self._lock:
            some = list(islice(self._coming, AT_ONCE))
            self._held += len(some)
        if not some:
            time.sleep(0.05)
        return [
            Message(str(n), notification(ObjectEvent(Change.CREATED, "", str(n), str(n), "")), 1)
            for n in some
        ]

    def done(self, messages: Sequence[Message]) -> None:
        with self._lock:
            self._held -= len(messages)
            self._left -= len(messages)
        if not self._left:
            self.on_empty()

    def retry_later(self, message: Message, seconds: int) -> None:
        raise RuntimeError("a file failed for no fault of its own: see the log")

    def close(self) -> None:
        """Nothing is held for anybody else."""


@dataclass
class _Files:
    """In the place of an Ingest: files instead of objects, and nothing is written."""

    files: Sequence[Path]
    transcriber: _Timed
    advance: Advance
    limits: Limits = DEFAULT
    failed: int = 0

    def take(self, event: ObjectEvent, path: Path) -> Work:
        path.symlink_to(self.files[int(event.key)].absolute())
        return Work(event, path, 0)

    def finish(self, work: Work, transcript: Transcript) -> Outcome:
        self.advance(1)
        return Outcome.DONE

    def refuse(self, event: ObjectEvent, error: AudioError) -> Outcome:
        self.advance(1)
        self.failed += 1
        return Outcome.FAILED

    def give_up(self, event: ObjectEvent) -> None:
        """The queue says so."""


def _config(model: Path) -> Path:
    return model / "config.json"


@contextmanager
def _gpu_memory() -> Iterator[dict[str, int]]:
    """The most that torch held on the GPU meanwhile, in MB; empty where there is none."""
    found: dict[str, int] = {}
    yield found
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        found["gpu_memory_mb"] = round(torch.cuda.max_memory_allocated() / 1e6)
