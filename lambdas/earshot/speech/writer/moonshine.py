"""Moonshine in ONNX Runtime on a CPU: beam search, a token at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from earshot.speech.engine import Waveform
from earshot.speech.engine_onnx import cores
from earshot.speech.sessions import names
from earshot.speech.writer.beam_search import (
    Beam,
    Hypothesis,
    LogProbabilities,
    NextTokens,
    search,
)
from earshot.speech.writer.files import CHOSEN
from earshot.speech.writer.settings import MAX_SAMPLES, MIN_SAMPLES, Settings
from earshot.speech.writer.stopping import token_budget
from earshot.speech.writer.tokens import Tokens
from earshot.speech.writer.written import Written

BEAM = Beam(width=6, margin=3.0, alike=4)
"""Chosen on development clips, see docs/decisions/writer.md."""

GREEDY = Beam(width=1, margin=0.0, alike=1)

Values = list[Any]  # of onnxruntime.OrtValue


class MoonshineWriter:
    """One waveform at a time, and as many at once as there are processors.

    Clips of a batch would have to wait for the longest text, and int8 scales what it multiplies by
    the loudest of the batch: a clip's text would depend on its neighbours.
    """

    def __init__(
        self,
        name: str,
        fingerprint: str,
        engine: str,
        encoder: Any,
        decoder: Any,
        settings: Settings,
        tokens: Tokens,
        beam: Beam = BEAM,
    ) -> None:
        self.name, self.fingerprint, self.engine = name, fingerprint, engine
        self.calls = cores()
        self._encoder, self._decoder = encoder, decoder
        self._settings, self._tokens, self._beam = settings, tokens, beam
        self._heard_as = names(encoder.get_outputs())
        empty = np.zeros((1, settings.heads, 0, settings.head_width), np.float32)
        self._no_past = [onnxruntime.OrtValue.ortvalue_from_numpy(empty)] * (2 * settings.layers)

    def write(self, waveform: Waveform) -> Written:
        found = self.search(waveform)
        words = self._tokens.words(found.tokens, found.log_probabilities)
        return Written(tuple(words), found.stopped)

    def search(self, waveform: Waveform) -> Hypothesis:
        """Tokens with their log-probabilities. Raises ValueError beyond MAX_SAMPLES."""
        if len(waveform) > MAX_SAMPLES:
            raise ValueError(f"a writer hears windows, not {len(waveform)} samples at once")
        if len(waveform) < MIN_SAMPLES:
            return Hypothesis()
        step = _Decoding(self._decoder, self._hear(waveform), self._no_past)
        settings = self._settings
        budget = token_budget(len(waveform))
        return search(step, settings.start_token, settings.end_tokens, budget, self._beam)

    def first_logits(self, waveform: Waveform) -> npt.NDArray[np.float32]:
        """(vocabulary,) of the first token."""
        step = _Decoding(self._decoder, self._hear(waveform), self._no_past)
        return step.logits(self._settings.start_token)

    def write_many(self, waveforms: Sequence[Waveform]) -> list[Written]:
        calls = min(self.calls, len(waveforms))
        if calls < 2:
            return [self.write(waveform) for waveform in waveforms]
        with ThreadPoolExecutor(calls) as pool:
            return list(pool.map(self.write, waveforms))

    def _hear(self, waveform: Waveform) -> dict[str, Any]:
        """The keys and values that every step attends to."""
        sound = onnxruntime.OrtValue.ortvalue_from_numpy(
            np.ascontiguousarray(waveform[None], np.float32)
        )
        made = self._encoder.run_with_ort_values(self._heard_as, {"waveform": sound})
        return dict(zip(self._heard_as, made, strict=True))


class _Decoding:
    """The decoder over one sound: keeps keys and values from one step to the next."""

    def __init__(self, decoder: Any, heard: dict[str, Any], no_past: Values) -> None:
        self._decoder, self._heard, self._past = decoder, heard, no_past
        present = [name for name in names(decoder.get_outputs()) if name.startswith("present")]
        self._made_as = [*CHOSEN, *present]
        self._past_as = [name.replace("present", "past") for name in present]

    def __call__(
        self, tokens: Sequence[int], position: int, parents: Sequence[int]
    ) -> tuple[NextTokens, LogProbabilities]:
        feed = self._feed(tokens, position, parents)
        following, likely, *self._past = self._decoder.run_with_ort_values(self._made_as, feed)
        return following.numpy(), likely.numpy()

    def logits(self, token: int) -> npt.NDArray[np.float32]:
        """(vocabulary,) after `token` at the beginning."""
        (logits,) = self._decoder.run_with_ort_values(["logits"], self._feed([token], 0, [0]))
        found: npt.NDArray[np.float32] = logits.numpy()[0]
        return found

    def _feed(self, tokens: Sequence[int], position: int, parents: Sequence[int]) -> dict[str, Any]:
        numbers = {
            "token": np.array([tokens], np.int64),
            "position": np.full((1, len(tokens)), position, np.int64),
            "parent": np.array(parents, np.int64),
        }
        feed = {
            name: onnxruntime.OrtValue.ortvalue_from_numpy(value) for name, value in numbers.items()
        }
        return feed | dict(zip(self._past_as, self._past, strict=True)) | self._heard
