"""The likeliest text of a sequence-to-sequence model, looked for along several hypotheses at once.

A greedy writer can't take back a word that the next ones make unlikely. Hypotheses that end in the
same tokens go on alike, so only the best of them is kept: the beam holds different words rather
than one text with and without a comma far behind.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from earshot.speech.writer.stopping import repeated

NextTokens = npt.NDArray[np.int64]
LogProbabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Beam:
    """`width` hypotheses, none less likely than the best by more than `margin` nats.

    Those with the same last `alike` tokens count as one. Width 1 is greedy.
    """

    width: int
    margin: float
    alike: int


class _Choice(NamedTuple):
    """A next token of the hypothesis at place `parent`."""

    token: int
    log_probability: float
    parent: int


class Step(Protocol):
    """One step of the decoder."""

    def __call__(
        self, tokens: Sequence[int], position: int, parents: Sequence[int]
    ) -> tuple[NextTokens, LogProbabilities]:
        """The likeliest next tokens (n, choices), likeliest first, and their log-probabilities.

        `tokens` (n,) are the last of each hypothesis, and `parents` (n,) the places that these had,
        less their last token, in the call before.
        """
        ...


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Tokens with the log-probability of each; `total` is their sum, with the end's if it ended."""

    tokens: tuple[int, ...] = ()
    log_probabilities: tuple[float, ...] = ()
    total: float = 0.0
    stopped: bool = False

    def then(self, token: int, log_probability: float) -> "Hypothesis":
        return Hypothesis(
            (*self.tokens, token),
            (*self.log_probabilities, log_probability),
            self.total + log_probability,
        )

    def ended(self, log_probability: float) -> "Hypothesis":
        return Hypothesis(self.tokens, self.log_probabilities, self.total + log_probability)

    def cut(self, tokens: int = 0) -> "Hypothesis":
        """Without so many at the end: it did not end by itself."""
        kept = len(self.tokens) - tokens
        return Hypothesis(self.tokens[:kept], self.log_probabilities[:kept], self.total, True)


def search(step: Step, start: int, ends: Collection[int], budget: int, beam: Beam) -> Hypothesis:
    """The best text of at most `budget` tokens, without the one that ends it.

    A text that ends by itself goes before one that had to be `stopped`: that ran out of tokens, or
    only repeated itself.
    """
    live, parents = [Hypothesis()], [0]
    best: Hypothesis | None = None
    looping: Hypothesis | None = None
    for position in range(budget):
        last = [one.tokens[-1] if one.tokens else start for one in live]
        grown: list[tuple[Hypothesis, int]] = []
        choices = _likeliest(*step(last, position, parents), live)
        least = live[choices[0].parent].total + choices[0].log_probability - beam.margin
        if best is not None:
            least = max(least, best.total)
        for token, log_probability, parent in choices:
            before = live[parent]
            if before.total + log_probability < least:
                break
            if token in ends:
                best = before.ended(log_probability)
                least = max(least, best.total)
                continue
            one = before.then(token, log_probability)
            if loop := repeated(one.tokens):
                looping = looping or one.cut(loop)
            elif not _has_alike(one, grown, beam.alike):
                grown.append((one, parent))
            if len(grown) == beam.width:
                break
        if not grown:
            return best or looping or Hypothesis(stopped=True)
        live, parents = [one for one, _ in grown], [parent for _, parent in grown]
    return best or live[0].cut()


def _likeliest(
    tokens: NextTokens, log_probabilities: LogProbabilities, live: Sequence[Hypothesis]
) -> list[_Choice]:
    """The likeliest texts first."""
    totals = np.array([[one.total] for one in live]) + log_probabilities
    choices = tokens.shape[1]
    return [
        _Choice(int(tokens.flat[at]), float(log_probabilities.flat[at]), int(at) // choices)
        for at in np.argsort(-totals, axis=None, kind="stable")
    ]


def _has_alike(one: Hypothesis, others: Sequence[tuple[Hypothesis, int]], count: int) -> bool:
    tail = one.tokens[-count:]
    return len(tail) == count and any(other.tokens[-count:] == tail for other, _ in others)
