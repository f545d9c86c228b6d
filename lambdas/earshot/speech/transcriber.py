"""Waveforms to transcripts: windows, acoustic model, CTC decoding, words, segments."""

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

SILENCE_AMPLITUDE = 4 / 32768
"""Below four steps of 16-bit audio (-78 dBFS) a sample counts as silence."""

MARGIN_SAMPLES = SAMPLE_RATE // 10
"""Silence that is kept before and after sound: 0.1 s."""

WORD_PAUSE_S = 0.4
"""In a recording of several windows, so long a gap without a letter ends a word."""


class Transcriber:
    """Transcribes with one model. Safe to call from several threads."""

    def __init__(
        self, model: SpeechModel, decoder: str | None = None, batch: int | None = None
    ) -> None:
        """`decoder` is "greedy" or "beam"; by default "beam" if the model has a language.

        `batch` is how many windows the engine gets in one call, by default its best number. Raises
        ModelError for an unknown decoder, and for "beam" without a language.
        """
        if decoder not in (None, "greedy", "beam"):
            raise ModelError(f"Unknown decoder {decoder!r}: use greedy or beam.")
        if decoder == "beam" and model.language is None:
            raise ModelError(f"{model.name} has no word list, which beam search needs.")
        self.model = model
        self.batch = batch or model.engine.batch
        language = model.language if decoder != "greedy" else None
        beam = BeamDecoder(language, model.vocabulary) if language else None
        self._best_path = beam.best_path if beam else ctc.best_path
        self.provenance = Provenance(
            model=model.name,
            fingerprint=model.fingerprint,
            engine=model.engine.name,
            decoder=beam.name if beam else "greedy",
            version=earshot.__version__,
        )

    def transcribe(self, waveform: Waveform) -> Transcript:
        """`waveform` is float32, mono, 16 kHz, of shape (n,) and any length."""
        return self.transcribe_many([waveform])[0]

    def transcribe_many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        """The transcripts of `transcribe`, in order; faster on engines that run batches."""
        hop = self.model.acoustics.hop
        by_waveform = [list(windows([waveform], hop)) for waveform in waveforms]
        paths = iter(self._paths([window for group in by_waveform for window in group]))
        return [
            self._transcript([next(paths) for _ in group], len(waveform))
            for group, waveform in zip(by_waveform, waveforms, strict=True)
        ]

    def transcribe_stream(self, blocks: Iterable[Waveform]) -> Transcript:
        """Transcribes a recording that comes in blocks of shape (n,), in nearly constant memory."""
        samples = 0

        def counted() -> Iterable[Waveform]:
            nonlocal samples
            for block in blocks:
                samples += len(block)
                yield block

        paths: list[ctc.BestPath] = []
        stream = windows(counted(), self.model.acoustics.hop)
        while group := list(islice(stream, self.batch * self.model.engine.calls)):
            paths += self._paths(group)
        return self._transcript(paths, samples)

    def _paths(self, group: Sequence[Window]) -> list[ctc.BestPath]:
        """The best path through the frames that each window keeps."""
        audible = [_audible(window, self.model.acoustics.hop) for window in group]
        wanted = [i for i, samples in enumerate(audible) if samples.start < samples.stop]
        batches = [wanted[at : at + self.batch] for at in range(0, len(wanted), self.batch)]
        calls = min(self.model.engine.calls, len(batches))
        found: dict[int, ctc.BestPath] = {}
        with ThreadPoolExecutor(calls) if calls > 1 else nullcontext() as pool:
            run = pool.map if pool else map
            paths = run(
                self._decode, [[group[i].waveform[audible[i]] for i in batch] for batch in batches]
            )
            for batch, batch_paths in zip(batches, paths, strict=True):
                found.update(zip(batch, batch_paths, strict=True))
        return [
            self._kept(window, samples, found.get(i))
            for i, (window, samples) in enumerate(zip(group, audible, strict=True))
        ]

    def _decode(self, waveforms: Sequence[Waveform]) -> list[ctc.BestPath]:
        inputs = [self.model.acoustics.prepare(waveform) for waveform in waveforms]
        return [self._best_path(emission) for emission in self.model.engine.emissions(inputs)]

    def _kept(self, window: Window, audible: slice, path: ctc.BestPath | None) -> ctc.BestPath:
        """The frames that the window keeps: `path` over its `audible` samples, blanks elsewhere.

        The model gives one frame less than there are hops. A blank fills that gap; without it each
        window would shift all later words by one frame.
        """
        hop, vocabulary = self.model.acoustics.hop, self.model.vocabulary
        frames = ctc.blank_path(-(-len(window.waveform) // hop), vocabulary)
        if path is not None:
            frames = ctc.lay(path, frames, audible.start // hop)
        first = (window.keep_from - window.start) // hop
        last = -(-(window.keep_to - window.start) // hop)
        kept = frames[first:last]
        return ctc.begin_word(kept, vocabulary) if window.after_pause and window.start else kept

    def _transcript(self, paths: list[ctc.BestPath], samples: int) -> Transcript:
        frame = self.model.acoustics.hop / SAMPLE_RATE
        # Single-window output must equal transformers' greedy text, so no splitting at pauses.
        pause = WORD_PAUSE_S if len(paths) > 1 else None
        words = ctc.words(ctc.join(paths), self.model.vocabulary, frame, pause) if paths else ()
        return Transcript(segments.split(words), round(samples / SAMPLE_RATE, 3), self.provenance)


def _audible(window: Window, hop: int) -> slice:
    """The samples of the window to give to the model, from a multiple of `hop`; none if silent.

    In a recording of several windows, silence at the edges is left out, because small models find
    words in it.
    """
    loud = np.flatnonzero(np.abs(window.waveform) > SILENCE_AMPLITUDE)
    if not len(loud):
        return slice(0, 0)
    if window.alone:
        return slice(0, len(window.waveform))
    first = max(0, int(loud[0]) - MARGIN_SAMPLES) // hop * hop
    return slice(first, min(len(window.waveform), int(loud[-1]) + MARGIN_SAMPLES))
