"""The likeliest text of a sequence-to-sequence model, looked for along several hypotheses at once.

A greedy writer can't take back a word that the next ones make unlikely. Hypotheses that end in the
same tokens go on alike, so only the best of them is kept: the beam holds different words rather
than one text with and without a comma far behind.
"""

from collections.abc import Collection, Generator, Iterator, Sequence
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


class Asked(NamedTuple):
    """What a search wants to know next.

    `tokens` (n,) are the last of each hypothesis, at `position`, and `parents` (n,) the places that
    these had, less their last token, when the search asked before.
    """

    tokens: Sequence[int]
    position: int
    parents: Sequence[int]


class Step(Protocol):
    """One step of the decoder."""

    def __call__(
        self, tokens: Sequence[int], position: int, parents: Sequence[int]
    ) -> tuple[NextTokens, LogProbabilities]:
        """The likeliest next tokens (n, choices), likeliest first, and their log-probabilities.
        See Asked."""
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
    searching = begin(start, ends, budget, beam)
    try:
        asked = next(searching)
        while True:
            asked = searching.send(step(*asked))
    except StopIteration as end:
        found: Hypothesis = end.value
        return found


def begin(
    start: int, ends: Collection[int], budget: int, beam: Beam
) -> Generator[Asked, tuple[NextTokens, LogProbabilities], Hypothesis]:
    """The search as a generator, so that a decoder can answer many searches in one step."""
    live, parents = [Hypothesis()], [0]
    best: Hypothesis | None = None
    looping: Hypothesis | None = None
    for position in range(budget):
        last = [one.tokens[-1] if one.tokens else start for one in live]
        grown: list[tuple[Hypothesis, int]] = []
        found, likely = yield Asked(last, position, parents)
        least = -np.inf if best is None else best.total
        for token, log_probability, parent in _likeliest(found, likely, live, beam.margin):
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
            return best or looping or live[0].cut()
        live, parents = [one for one, _ in grown], [parent for _, parent in grown]
    return best or live[0].cut()


def _likeliest(
    tokens: NextTokens,
    log_probabilities: LogProbabilities,
    live: Sequence[Hypothesis],
    margin: float,
) -> Iterator[tuple[int, float, int]]:
    """The likeliest texts first, none less likely than the first by more than `margin`: the next
    token, its log-probability, and the place of the hypothesis that it goes on from."""
    totals = np.array([[one.total] for one in live]) + log_probabilities
    order = np.argsort(-totals, axis=None, kind="stable")
    kept = order[: np.count_nonzero(totals >= totals.max() - margin)]
    return zip(
        tokens.ravel()[kept].tolist(),
        log_probabilities.ravel()[kept].tolist(),
        (kept // tokens.shape[1]).tolist(),
        strict=True,
    )


def _has_alike(one: Hypothesis, others: Sequence[tuple[Hypothesis, int]], count: int) -> bool:
    tail = one.tokens[-count:]
    return len(tail) == count and any(other.tokens[-count:] == tail for other, _ in others)
