"""The whole way from waveforms to transcripts."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from itertools import islice

import numpy as np

import earshot
from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import ModelError
from earshot.speech import ctc, segments
from earshot.speech.beam import BeamDecoder
from earshot.speech.engine import Waveform
from earshot.speech.model import SpeechModel
from earshot.speech.transcript import Provenance, Transcript
from earshot.speech.windows import Window, windows

SILENCE = 4 / 32768
"""No sample above four steps of a 16-bit file (-78 dBFS): there is nothing to hear."""


class Transcriber:
    """Transcribes with one model. Safe to call from several threads."""

    def __init__(
        self, model: SpeechModel, decoder: str | None = None, batch: int | None = None
    ) -> None:
        """`decoder` is "greedy" or "beam"; by default a beam where the model has a language.
        `batch` is how many windows the engine gets at once, by default what it takes best.
        """
        if decoder not in (None, "greedy", "beam"):
            raise ModelError(f"There is no decoder {decoder!r}: greedy or beam.")
        if decoder == "beam" and model.language is None:
            raise ModelError(f"{model.name} has no word list for a beam to go by.")
        self.model = model
        self.batch = batch or model.engine.batch
        wanted = model.language if decoder != "greedy" else None
        beam = BeamDecoder(wanted, model.vocabulary) if wanted else None
        self._best_path = beam.best_path if beam else ctc.best_path
        self.provenance = Provenance(
            model=model.name,
            fingerprint=model.fingerprint,
            engine=model.engine.name,
            decoder=beam.name if beam else "greedy",
            version=earshot.__version__,
        )

    def transcribe(self, waveform: Waveform) -> Transcript:
        """`waveform` is float32, mono, 16 kHz, shape (n,), of any length."""
        return self.transcribe_many([waveform])[0]

    def transcribe_many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        """The same transcripts as one by one, in order; an engine that batches is faster here."""
        hop = self.model.acoustics.hop
        cut = [list(windows([waveform], hop)) for waveform in waveforms]
        paths = iter(self._paths([window for some in cut for window in some]))
        return [
            self._transcript([next(paths) for _ in some], len(waveform))
            for some, waveform in zip(cut, waveforms, strict=True)
        ]

    def transcribe_stream(self, blocks: Iterable[Waveform]) -> Transcript:
        """Of a recording that comes in blocks of shape (n,), in memory that does not grow."""
        samples = 0

        def counted() -> Iterable[Waveform]:
            nonlocal samples
            for block in blocks:
                samples += len(block)
                yield block

        paths: list[ctc.BestPath] = []
        cut = windows(counted(), self.model.acoustics.hop)
        while some := list(islice(cut, self.batch * self.model.engine.calls)):
            paths += self._paths(some)
        return self._transcript(paths, samples)

    def _paths(self, cut: Sequence[Window]) -> list[ctc.BestPath]:
        """The best path through the frames that each window keeps."""
        acoustics, vocabulary = self.model.acoustics, self.model.vocabulary
        audible = [i for i, window in enumerate(cut) if _audible(window.waveform)]
        batches = [audible[at : at + self.batch] for at in range(0, len(audible), self.batch)]
        calls = min(self.model.engine.calls, len(batches))
        paths: dict[int, ctc.BestPath] = {}
        with ThreadPoolExecutor(calls) if calls > 1 else nullcontext() as pool:
            run = pool.map if pool else map
            heard = run(lambda batch: self._hear([cut[i].waveform for i in batch]), batches)
            for batch, found in zip(batches, heard, strict=True):
                paths.update(zip(batch, found, strict=True))
        for i, window in enumerate(cut):
            if i not in paths:
                paths[i] = ctc.blank_path(acoustics.frames(len(window.waveform)), vocabulary)
        return [_kept(paths[i], window, acoustics.hop) for i, window in enumerate(cut)]

    def _hear(self, waveforms: Sequence[Waveform]) -> list[ctc.BestPath]:
        inputs = [self.model.acoustics.prepare(waveform) for waveform in waveforms]
        return [self._best_path(emission) for emission in self.model.engine.emissions(inputs)]

    def _transcript(self, paths: list[ctc.BestPath], samples: int) -> Transcript:
        words = (
            ctc.words(
                ctc.join(paths), self.model.vocabulary, self.model.acoustics.hop / SAMPLE_RATE
            )
            if paths
            else ()
        )
        return Transcript(segments.split(words), round(samples / SAMPLE_RATE, 3), self.provenance)


def _audible(waveform: Waveform) -> bool:
    return bool(np.abs(waveform).max(initial=0.0) > SILENCE)


def _kept(path: ctc.BestPath, window: Window, hop: int) -> ctc.BestPath:
    first = (window.keep_from - window.start) // hop
    last = (window.keep_to - window.start) // hop
    ends = window.keep_to == window.start + len(window.waveform)
    return path[first : None if ends else last]
