"""Moonshine in ONNX Runtime on a CPU: greedy, a token at a time."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from earshot.speech.engine import Waveform
from earshot.speech.engine_onnx import cores
from earshot.speech.writer.sessions import names
from earshot.speech.writer.settings import MAX_SAMPLES, MIN_SAMPLES, Settings
from earshot.speech.writer.stopping import repeated, token_budget
from earshot.speech.writer.tokens import Tokens
from earshot.speech.writer.written import Written

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
    ) -> None:
        self.name, self.fingerprint, self.engine = name, fingerprint, engine
        self.calls = cores()
        self._encoder, self._decoder = encoder, decoder
        self._settings, self._tokens = settings, tokens
        self._heard_as = names(encoder.get_outputs())
        self._made_as = names(decoder.get_outputs())
        empty = np.zeros((1, settings.heads, 0, settings.head_width), np.float32)
        self._no_past = [onnxruntime.OrtValue.ortvalue_from_numpy(empty)] * (2 * settings.layers)
        self._past_as = [name.replace("present", "past") for name in self._made_as[1:]]

    def write(self, waveform: Waveform) -> Written:
        tokens, log_probabilities, stopped = self.tokens(waveform)
        return Written(tuple(self._tokens.words(tokens, log_probabilities)), stopped)

    def tokens(self, waveform: Waveform) -> tuple[list[int], list[float], bool]:
        """Tokens, the log-probability of each, and whether the writer had to be stopped.

        Raises ValueError beyond MAX_SAMPLES.
        """
        if len(waveform) > MAX_SAMPLES:
            raise ValueError(f"a writer hears windows, not {len(waveform)} samples at once")
        tokens: list[int] = []
        log_probabilities: list[float] = []
        if len(waveform) < MIN_SAMPLES:
            return tokens, log_probabilities, False
        heard = self._hear(waveform)
        token, past = self._settings.start_token, self._no_past
        for position in range(token_budget(len(waveform))):
            logits, past = self._step(token, position, past, heard)
            token = int(logits.argmax())
            if token in self._settings.end_tokens:
                return tokens, log_probabilities, False
            tokens.append(token)
            log_probabilities.append(-float(np.log(np.exp(logits - logits[token]).sum())))
            if loop := repeated(tokens):
                return tokens[:-loop], log_probabilities[:-loop], True
        return tokens, log_probabilities, True

    def first_logits(self, waveform: Waveform) -> npt.NDArray[np.float32]:
        """(vocabulary,) of the first token."""
        logits, _ = self._step(self._settings.start_token, 0, self._no_past, self._hear(waveform))
        return logits

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

    def _step(
        self, token: int, position: int, past: Values, heard: dict[str, Any]
    ) -> tuple[npt.NDArray[np.float32], Values]:
        """The logits (vocabulary,) of the token after `token`, and what the next step needs."""
        feed = dict(zip(self._past_as, past, strict=True)) | heard
        for name, value in (("token", token), ("position", position)):
            feed[name] = onnxruntime.OrtValue.ortvalue_from_numpy(np.array([[value]], np.int64))
        logits, *present = self._decoder.run_with_ort_values(self._made_as, feed)
        return logits.numpy()[0], present
