"""Waveforms to transcripts: the listener hears every window, the writer makes it readable.

The listener's words, times and letters come from its emissions alone. Where there is a writer, its
words are laid on the same emissions, and what is shown is chosen between the two.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, islice

import earshot
from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import ModelError
from earshot.speech import ctc, frame_letters, segments, sentences
from earshot.speech.alignment.choice import choose
from earshot.speech.audible import audible
from earshot.speech.beam import BeamDecoder
from earshot.speech.engine import Emission, Waveform
from earshot.speech.frame_letters import FrameLetters
from earshot.speech.model import SpeechModel
from earshot.speech.transcript import Provenance, Transcript, Word
from earshot.speech.windows import Window, windows
from earshot.speech.writer.written import Writer, Written

WORD_PAUSE_S = 0.4
"""In a recording of several windows, so long a gap without a letter ends a word."""


@dataclass(frozen=True, slots=True)
class _WindowText:
    """What one window says about the frames that it keeps; `shown` is None without a writer."""

    path: ctc.BestPath
    letters: FrameLetters
    shown: tuple[Word, ...] | None


class Transcriber:
    """Transcribes with one listener and perhaps a writer. Safe to call from several threads."""

    def __init__(
        self,
        model: SpeechModel,
        decoder: str | None = None,
        batch: int | None = None,
        writer: Writer | None = None,
    ) -> None:
        """`decoder` is "greedy" or "beam"; by default "beam" if the model has a language.

        `batch` is how many windows the engine gets in one call, by default its best number. Without
        a `writer` the shown text is the listener's own. Raises ModelError for an unknown decoder,
        and for "beam" without a language.
        """
        if decoder not in (None, "greedy", "beam"):
            raise ModelError(f"Unknown decoder {decoder!r}: use greedy or beam.")
        if decoder == "beam" and model.language is None:
            raise ModelError(f"{model.name} has no word list, which beam search needs.")
        self.model = model
        self.writer = writer
        self.batch = batch or model.engine.batch
        self.frame_s = model.acoustics.hop / SAMPLE_RATE
        language = model.language if decoder != "greedy" else None
        beam = BeamDecoder(language, model.vocabulary) if language else None
        self._best_path = beam.best_path if beam else ctc.best_path
        self.provenance = Provenance(
            model=model.name,
            fingerprint=model.fingerprint,
            engine=model.engine.name,
            decoder=beam.name if beam else "greedy",
            version=earshot.__version__,
            writer=writer.name if writer else None,
            writer_fingerprint=writer.fingerprint if writer else None,
        )

    def transcribe(self, waveform: Waveform) -> Transcript:
        """`waveform` is float32, mono, 16 kHz, of shape (n,) and any length."""
        return self.transcribe_many([waveform])[0]

    def transcribe_many(self, waveforms: Sequence[Waveform]) -> list[Transcript]:
        """The transcripts of `transcribe`, in order; faster on engines that run batches."""
        hop = self.model.acoustics.hop
        by_waveform = [list(windows([waveform], hop)) for waveform in waveforms]
        texts = iter(self._texts([window for group in by_waveform for window in group]))
        return [
            self._transcript([next(texts) for _ in group], len(waveform))
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

        texts: list[_WindowText] = []
        stream = windows(counted(), self.model.acoustics.hop)
        while group := list(islice(stream, self.batch * self.model.engine.calls)):
            texts += self._texts(group)
        return self._transcript(texts, samples)

    def _texts(self, group: Sequence[Window]) -> list[_WindowText]:
        """What each window says."""
        sounding = [audible(window, self.model.acoustics.hop) for window in group]
        wanted = [i for i, samples in enumerate(sounding) if samples.start < samples.stop]
        batches = [wanted[at : at + self.batch] for at in range(0, len(wanted), self.batch)]
        calls = min(self.model.engine.calls, len(batches))
        found: dict[int, _WindowText] = {}
        with ThreadPoolExecutor(calls) if calls > 1 else nullcontext() as pool:
            run = pool.map if pool else map
            results = run(self._batch, [[(group[i], sounding[i]) for i in one] for one in batches])
            for batch, texts in zip(batches, results, strict=True):
                found.update(zip(batch, texts, strict=True))
        return [found.get(i) or self._silent(window) for i, window in enumerate(group)]

    def _batch(self, batch: Sequence[tuple[Window, slice]]) -> list[_WindowText]:
        """What windows say whose given samples can be heard."""
        waveforms = [window.waveform[samples] for window, samples in batch]
        emissions, written = self._heard_and_written(waveforms)
        return [
            self._text(window, samples, emission, text)
            for (window, samples), emission, text in zip(batch, emissions, written, strict=True)
        ]

    def _heard_and_written(
        self, waveforms: Sequence[Waveform]
    ) -> tuple[Sequence[Emission], Sequence[Written | None]]:
        """What both models make of each waveform."""
        inputs = [self.model.acoustics.prepare(waveform) for waveform in waveforms]
        emissions = self.model.engine.emissions(inputs)
        written = self.writer.write_many(waveforms) if self.writer else [None] * len(waveforms)
        return emissions, written

    def _text(
        self, window: Window, samples: slice, emission: Emission, written: Written | None
    ) -> _WindowText:
        path = self._best_path(emission)
        letters = frame_letters.of_emission(emission, self.model.vocabulary, self.frame_s)
        shown = self._shown(window, samples, path, emission, written) if written else None
        return self._kept(window, samples.start, path, letters, shown)

    def _shown(
        self,
        window: Window,
        samples: slice,
        path: ctc.BestPath,
        emission: Emission,
        written: Written,
    ) -> tuple[Word, ...]:
        """The readable words whose middle lies in what the window keeps."""
        start_s = (window.start + samples.start) / SAMPLE_RATE
        pause_s = None if window.alone else WORD_PAUSE_S
        heard = ctc.words(path, self.model.vocabulary, self.frame_s, pause_s)
        shown = choose(
            [_later(word, start_s) for word in heard],
            [word.text for word in written.words],
            emission,
            self.model.vocabulary,
            self.frame_s,
            start_s,
            [word.confidence for word in written.words],
        )
        if window.alone:
            return shown.words
        kept = range(window.keep_from, window.keep_to)
        return tuple(
            word for word in shown.words if int((word.start + word.end) / 2 * SAMPLE_RATE) in kept
        )

    def _silent(self, window: Window) -> _WindowText:
        path = ctc.blank_path(0, self.model.vocabulary)
        return self._kept(window, 0, path, frame_letters.silence(0, self.frame_s), ())

    def _kept(
        self,
        window: Window,
        at: int,
        path: ctc.BestPath,
        letters: FrameLetters,
        shown: tuple[Word, ...] | None,
    ) -> _WindowText:
        """The frames that the window keeps: `path` and `letters` from sample `at` on, blanks
        elsewhere.

        The model gives one frame less than there are hops. A blank fills that gap; without it each
        window would shift all later words by one frame.
        """
        hop, vocabulary = self.model.acoustics.hop, self.model.vocabulary
        frames = -(-len(window.waveform) // hop)
        path = ctc.lay(path, ctc.blank_path(frames, vocabulary), at // hop)
        letters = frame_letters.lay(letters, frame_letters.silence(frames, self.frame_s), at // hop)
        first = (window.keep_from - window.start) // hop
        last = -(-(window.keep_to - window.start) // hop)
        kept = path[first:last]
        if window.after_pause and window.start:
            kept = ctc.begin_word(kept, vocabulary)
        return _WindowText(kept, letters[first:last], shown)

    def _transcript(self, texts: list[_WindowText], samples: int) -> Transcript:
        # Single-window output must equal transformers' greedy text, so no splitting at pauses.
        pause_s = WORD_PAUSE_S if len(texts) > 1 else None
        path = ctc.join([text.path for text in texts]) if texts else None
        heard = ctc.words(path, self.model.vocabulary, self.frame_s, pause_s) if path else ()
        by_listener = segments.split(heard)
        shown = chain.from_iterable(text.shown or () for text in texts)
        return Transcript(
            segments=sentences.split(shown) if self.writer else by_listener,
            duration=round(samples / SAMPLE_RATE, 3),
            provenance=self.provenance,
            heard=by_listener if self.writer else None,
            letters=_packed([text.letters for text in texts]),
        )


def _later(word: Word, seconds: float) -> Word:
    start, end = round(word.start + seconds, 3), round(word.end + seconds, 3)
    return Word(word.text, start, end, word.confidence)


def _packed(parts: Sequence[FrameLetters]) -> bytes | None:
    """The windows' letters as those of the recording, whose first frame is its own."""
    if not parts:
        return None
    joined = frame_letters.join(parts)
    return frame_letters.pack(FrameLetters(joined.letters, joined.levels, joined.frame_s))
