"""What a passage's sound adds to what was written: a term for ranking, and words that it may hold.

The sound is for words that no text has. Passages whose text holds the query come first whatever
this says; the others are put in order by closeness + `term`, and a passage whose text holds nothing
is a "maybe" of kind "sound" where one of `words` was spotted. Weights and bounds were chosen on
development clips (docs/decisions/sound-search.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from earshot.search import analysis
from earshot.search.spotting import LOST_NATS, Scan, Spotted
from earshot.speech.frame_letters import FrameLetters, codes_of

SOUND = 1.5  # the term's weight beside rank.closeness
IN_A_ROW = 1 / 3  # of it, where there are several words, is for all of them said as one phrase

# Among many clips some sound like any word, and the shorter the word, the more closely. Within this
# bound one clip of 4.5 s in a hundred sounds like an English word that nobody said.
_CHANCE_NATS, _CHANCE_NATS_PER_LETTER = 0.71, 0.305
_MAX_TELLING_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Sounding:
    """How a passage sounds like a query.

    `term` in 0..SOUND. `words`: of each word of the query, in order, where it may have been said;
    None where it sounds no more like it than chance, and of stop words.
    """

    term: float
    words: tuple[Spotted | None, ...]

    @property
    def maybe(self) -> Spotted | None:
        """The best of `words`, which makes this passage a maybe of kind sound, and is its time."""
        spotted = [word for word in self.words if word]
        return max(spotted, key=lambda word: word.score) if spotted else None


def soundings(
    words: Sequence[str],
    passages: Sequence[FrameLetters | None],
    weights: Sequence[float] | None = None,
) -> list[Sounding]:
    """For each passage how it sounds like the query's tokens (of earshot.search.analysis).

    Stop words count only where there is nothing else. `weights` are the words' (their inverse
    document frequencies, say), by default their lengths. Passages without frame letters (imports,
    records of before) sound as chance would have it.
    """
    telling = _telling(words)
    share = _shares([weights[at] if weights else _spells(words[at]) for at in telling])
    least = [_chance_score(words[at]) for at in telling]
    by_chance = sum(one * score for one, score in zip(share, least, strict=True))
    scan = Scan([passage for passage in passages if passage is not None])
    each = iter(zip(*(scan.spot([words[at]]) for at in telling), strict=True))
    in_a_row = iter(scan.spot(words) if len(telling) > 1 else ())
    found: list[Sounding] = []
    for passage in passages:
        said: list[Spotted | None] = [None] * len(words)
        if passage is None or not telling:
            found.append(Sounding(SOUND * by_chance, tuple(said)))
            continue
        value = 0.0
        for at, one, spotted, enough in zip(telling, share, next(each), least, strict=True):
            if spotted:
                value += one * spotted.score
                said[at] = spotted if spotted.score >= enough else None
        if len(telling) > 1:
            phrase = next(in_a_row)
            value += IN_A_ROW * ((phrase.score if phrase else 0.0) - value)
        found.append(Sounding(SOUND * value, tuple(said)))
    return found


def _telling(words: Sequence[str]) -> list[int]:
    """Which words can be spotted and tell something: stop words only if there are no others."""
    spelled = [at for at, word in enumerate(words) if _spells(word)]
    return [at for at in spelled if words[at] not in analysis.STOP_WORDS] or spelled


def _shares(weights: Sequence[float]) -> list[float]:
    total = sum(weights) or 1.0
    return [weight / total for weight in weights]


def _spells(word: str) -> int:
    """How many letters it has that a recogniser could have heard."""
    return len(codes_of(word))


def _chance_score(word: str) -> float:
    """The score that a word of this length seldom has by chance."""
    letters = min(_spells(word), _MAX_TELLING_LETTERS)
    return 1 - max(0.0, _CHANCE_NATS + _CHANCE_NATS_PER_LETTER * letters) / LOST_NATS
