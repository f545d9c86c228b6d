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

MARGIN = SAMPLE_RATE // 10
"""Samples of silence that are heard before and after sound."""

PAUSE = 0.4
"""Seconds without a letter that end a word in a long recording."""


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
        heard = [_audible(window, self.model.acoustics.hop) for window in cut]
        wanted = [i for i, inside in enumerate(heard) if inside.start < inside.stop]
        batches = [wanted[at : at + self.batch] for at in range(0, len(wanted), self.batch)]
        calls = min(self.model.engine.calls, len(batches))
        found: dict[int, ctc.BestPath] = {}
        with ThreadPoolExecutor(calls) if calls > 1 else nullcontext() as pool:
            run = pool.map if pool else map
            paths = run(
                self._hear, [[cut[i].waveform[heard[i]] for i in batch] for batch in batches]
            )
            for batch, some in zip(batches, paths, strict=True):
                found.update(zip(batch, some, strict=True))
        return [
            self._kept(window, inside, found.get(i))
            for i, (window, inside) in enumerate(zip(cut, heard, strict=True))
        ]

    def _hear(self, waveforms: Sequence[Waveform]) -> list[ctc.BestPath]:
        inputs = [self.model.acoustics.prepare(waveform) for waveform in waveforms]
        return [self._best_path(emission) for emission in self.model.engine.emissions(inputs)]

    def _kept(self, window: Window, heard: slice, path: ctc.BestPath | None) -> ctc.BestPath:
        """As many frames as the window keeps: `path` where it was `heard`, else silence.

        The model gives a frame less than there are hops; without the blank in its place, every
        window would move what follows by a frame.
        """
        hop, vocabulary = self.model.acoustics.hop, self.model.vocabulary
        frames = ctc.blank_path(-(-len(window.waveform) // hop), vocabulary)
        if path is not None:
            frames = ctc.lay(path, frames, heard.start // hop)
        first = (window.keep_from - window.start) // hop
        last = -(-(window.keep_to - window.start) // hop)
        kept = frames[first:last]
        return ctc.begin_word(kept, vocabulary) if window.after_pause and window.start else kept

    def _transcript(self, paths: list[ctc.BestPath], samples: int) -> Transcript:
        frame = self.model.acoustics.hop / SAMPLE_RATE
        # A recording of one window is the reference's to the letter; of longer ones there is none.
        pause = PAUSE if len(paths) > 1 else None
        words = ctc.words(ctc.join(paths), self.model.vocabulary, frame, pause) if paths else ()
        return Transcript(segments.split(words), round(samples / SAMPLE_RATE, 3), self.provenance)


def _audible(window: Window, hop: int) -> slice:
    """The samples that the model hears, on the frame grid; none where all is silent.

    In a long recording, silence at the edges is left out: small models hear words in it.
    """
    loud = np.flatnonzero(np.abs(window.waveform) > SILENCE)
    if not len(loud):
        return slice(0, 0)
    if window.alone:
        return slice(0, len(window.waveform))
    first = max(0, int(loud[0]) - MARGIN) // hop * hop
    return slice(first, min(len(window.waveform), int(loud[-1]) + MARGIN))
