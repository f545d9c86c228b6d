"""Moonshine on a GPU: many waveforms at once, each with a beam search of its own."""

from collections.abc import Sequence
from itertools import count

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from earshot.speech import padded
from earshot.speech.engine import Waveform
from earshot.speech.writer.beam_search import (
    Asked,
    Beam,
    Hypothesis,
    LogProbabilities,
    NextTokens,
    begin,
)
from earshot.speech.writer.settings import MAX_SAMPLES, MIN_SAMPLES, Settings
from earshot.speech.writer.stopping import token_budget
from earshot.speech.writer.tokens import Tokens
from earshot.speech.writer.torch_network import Network, Pair
from earshot.speech.writer.written import Written

BATCH_SECONDS = 1200.0
"""Of padded sound in one batch: 2 GB of keys and values with six hypotheses."""


class _Search:
    """One waveform's search; `found` is None until it ends."""

    def __init__(self, samples: int, settings: Settings, beam: Beam) -> None:
        budget = token_budget(samples)
        self._going = begin(settings.start_token, settings.end_tokens, budget, beam)
        self.asked: Asked = next(self._going)
        self.found: Hypothesis | None = None

    def answer(self, tokens: NextTokens, log_probabilities: LogProbabilities) -> None:
        """Of all places of the beam, of which the first ones are asked about."""
        asked = len(self.asked.tokens)
        try:
            self.asked = self._going.send((tokens[:asked], log_probabilities[:asked]))
        except StopIteration as end:
            self.found = end.value


class TorchWriter:
    """Padded batches in float32. What a text says does not depend on its neighbours."""

    engine = "torch-fp32"

    def __init__(
        self,
        name: str,
        fingerprint: str,
        network: Network,
        settings: Settings,
        tokens: Tokens,
        beam: Beam,
        batch_seconds: float = BATCH_SECONDS,
    ) -> None:
        self.name, self.fingerprint = name, fingerprint
        self._network, self._settings, self._tokens = network, settings, tokens
        self._beam, self._batch_seconds = beam, batch_seconds

    def write(self, waveform: Waveform) -> Written:
        return self.write_many([waveform])[0]

    def write_many(self, waveforms: Sequence[Waveform]) -> list[Written]:
        """Raises ValueError for a waveform longer than MAX_SAMPLES."""
        longest = max(map(len, waveforms), default=0)
        if longest > MAX_SAMPLES:
            raise ValueError(f"a writer hears windows, not {longest} samples at once")
        places = [at for at, one in enumerate(waveforms) if len(one) >= MIN_SAMPLES]
        written = [Written()] * len(waveforms)
        lengths = [len(waveforms[at]) for at in places]
        for batch in padded.batches(lengths, self._batch_seconds):
            some = [places[at] for at in batch]
            found = self.search([waveforms[at] for at in some])
            for at, one in zip(some, found, strict=True):
                words = self._tokens.words(one.tokens, one.log_probabilities)
                written[at] = Written(tuple(words), one.stopped)
        return written

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def search(self, waveforms: Sequence[Waveform]) -> list[Hypothesis]:
        """The texts of one batch of waveforms that are long enough to hold a sound."""
        searches = [_Search(len(one), self._settings, self._beam) for one in waveforms]
        rows = searches  # of `heard` and `past`: some of them may have ended
        heard = self._network.hear(waveforms)
        past: list[Pair] = []
        for position in count():
            going = [at for at, one in enumerate(rows) if one.found is None]
            if not going:
                return [one.found or Hypothesis() for one in searches]
            if len(going) > len(rows) // 2:
                going = list(range(len(rows)))  # a copy without the few that ended would cost more
            else:
                rows, heard = [rows[at] for at in going], heard.only(self._on_device(going))
            tokens, parents = self._asked(rows, going)
            past = [(key[parents], value[parents]) for key, value in past]
            found, likely, past = self._network.step(heard, tokens, position, past)
            for row, *answer in zip(rows, found.cpu().numpy(), likely.cpu().numpy(), strict=True):
                if row.found is None:
                    row.answer(*answer)
        raise AssertionError("a search has a budget")

    def _asked(self, rows: Sequence[_Search], before: Sequence[int]) -> tuple[Tensor, Tensor]:
        """The last tokens (rows, width) of all hypotheses, and the row (rows * width,) of the keys
        and values that each goes on from. `before` are the rows' places in the step before."""
        tokens = np.zeros((len(rows), self._beam.width), np.int64)
        parents = np.tile(np.array(before)[:, None] * self._beam.width, self._beam.width)
        for at, row in enumerate(rows):
            asked = len(row.asked.tokens)
            tokens[at, :asked] = row.asked.tokens
            parents[at, :asked] += row.asked.parents
        return self._on_device(tokens), self._on_device(parents.ravel())

    def _on_device(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> Tensor:
        return torch.as_tensor(numbers, device=self._network.device)
