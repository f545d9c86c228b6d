"""Queries with known answers, drawn from transcripts whose true words are known.

Eight ways in which people ask: a phrase as it was said, two or three telling words in any order,
the same words inside a sentence, one telling word, and a word that nobody said.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Literal

from scripts.bench.transcribed import Clip, Phrase

Split = Literal["development", "held-out", "all"]

PHRASES = tuple((length, heard) for length in (1, 3, 5) for heard in (False, True))
APART = tuple((length, heard) for length in (2, 3) for heard in (True, False))
TELLING_SHARE = 0.02  # of the clips: a word that more of them say tells little
TELLING_PER_MILLION = 500  # words of the language: one that is written more often tells little
SHORTEST_TELLING = 3  # letters
SHORTEST_NEVER_SAID = 4
NEVER_SAID_PER_MILLION = 1  # how often it is written: a word that people know
_HASHED_SIDES = 2

# Each split has frames of its own, so that none can be tuned on.
FRAMES: dict[Split, tuple[str, ...]] = {
    "development": (
        "{0} and the {1}",
        "what did the {0} say about the {1}",
        "where is the one with {0} and {1}",
        "did anyone talk about {0} or the {1}?",
        "the {0} that was in the {1}",
        "i am looking for {0} with a {1}",
    ),
    "held-out": (
        "the {0} and the {1}",
        "what did the {0} say about the {1}",
        "why was the {0} at the {1}?",
        "who said something about {0} and {1}",
        "how could he {0} without the {1}",
        "find me the clip where they {0} her {1}",
    ),
}
FRAMES["all"] = FRAMES["held-out"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query as typed; `right` are the keys of all clips that answer it.

    `heard` tells whether some clip heard all its words right.
    """

    q: str
    right: frozenset[str]
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """Queries of one kind: of `words` words, all heard right in the clip they are from, or not."""

    kind: Literal["phrase", "apart", "sentence", "telling", "never said"]
    words: int
    heard: bool
    queries: Sequence[Asked]


@dataclass(slots=True)
class Answers:
    """Which clips hold a phrase in their reference, and which of them heard it right."""

    holding: dict[Phrase, set[str]] = field(default_factory=lambda: defaultdict(set))
    heard: dict[Phrase, set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, clips: Sequence[Clip]) -> "Answers":
        answers = cls()
        for clip in clips:
            for length in {length for length, _ in PHRASES}:
                for start, phrase in enumerate(_phrases(clip.reference, length)):
                    answers.holding[phrase].add(clip.key)
                    if all(clip.right[start : start + length]):
                        answers.heard[phrase].add(clip.key)
        return answers

    def with_all(self, words: Phrase) -> frozenset[str]:
        """The clips that say every one of the words, wherever."""
        return frozenset(set.intersection(*(self.holding[(word,)] for word in words)))

    def is_heard(self, words: Phrase) -> bool:
        """Whether any clip heard every one of the words right, wherever."""
        return bool(set.intersection(*(self.heard[(word,)] for word in words)))


def draw(clips: Sequence[Clip], split: Split, count: int, seed: int) -> list[Row]:
    """Up to `count` different queries of every kind, from the references of one split."""
    answers = Answers.of(clips)
    drawn = [clip for clip in clips if split == "all" or clip.held_out == (split == "held-out")]
    most = TELLING_SHARE * len(clips)
    written = _written_per_million()
    telling = {
        word
        for (word,) in (phrase for phrase in answers.holding if len(phrase) == 1)
        if len(word) >= SHORTEST_TELLING
        and word.isalpha()  # "i'll" is two stop words
        and len(answers.holding[(word,)]) <= most
        and written(word) <= TELLING_PER_MILLION
    }
    return [
        *_phrase_rows(drawn, answers, count, seed),
        *_apart_rows(drawn, answers, telling, split, count, seed),
        _telling_row(drawn, answers, telling, count, seed),
        _never_said_row(clips, split, count, seed),
    ]


def _phrase_rows(clips: Sequence[Clip], answers: Answers, count: int, seed: int) -> Iterator[Row]:
    for length, heard in PHRASES:
        pool = [
            phrase
            for clip in clips
            for start, phrase in enumerate(_phrases(clip.reference, length))
            if all(clip.right[start : start + length]) == heard
        ]
        random.Random(f"{seed}-{length}-{heard}").shuffle(pool)  # noqa: S311
        queries = [
            Asked(" ".join(one), frozenset(answers.holding[one]), bool(answers.heard.get(one)))
            for one in list(dict.fromkeys(pool))[:count]
        ]
        yield Row("phrase", length, heard, queries)


def _apart_rows(
    clips: Sequence[Clip],
    answers: Answers,
    telling: set[str],
    split: Split,
    count: int,
    seed: int,
) -> Iterator[Row]:
    """Telling words of one clip of which no two are neighbours, in any order; alone, and two of
    them within the frame of a sentence."""
    for length, heard in APART:
        chance = random.Random(f"{seed}-apart-{length}-{heard}")  # noqa: S311
        drawn: dict[Phrase, None] = {}
        for clip in chance.sample(clips, len(clips)):
            if words := _words_apart(clip, telling, length, heard, chance):
                drawn.setdefault(words)
        phrases = list(drawn)[:count]
        known = [(answers.with_all(words), answers.is_heard(words)) for words in phrases]
        alone = [Asked(" ".join(one), *of) for one, of in zip(phrases, known, strict=True)]
        yield Row("apart", length, heard, alone)
        if length == 2:
            frames = FRAMES[split]
            framed = [
                Asked(frames[n % len(frames)].format(*one), *of)
                for n, (one, of) in enumerate(zip(phrases, known, strict=True))
            ]
            yield Row("sentence", length, heard, framed)


def _words_apart(
    clip: Clip, telling: set[str], length: int, heard: bool, chance: random.Random
) -> Phrase | None:
    """Some such words of the clip, all heard right or one of them not; None if it has none."""
    places = [n for n, word in enumerate(clip.reference) if word in telling]
    for _ in range(10):
        if len(places) < length:
            return None
        chosen = chance.sample(places, length)
        ordered = sorted(chosen)
        apart = all(two - one > 1 for one, two in pairwise(ordered))
        wrong = sum(not clip.right[n] for n in chosen)
        words = tuple(clip.reference[n] for n in chosen)
        if apart and wrong == (0 if heard else 1) and len(set(words)) == length:
            return words
    return None


def _telling_row(
    clips: Sequence[Clip], answers: Answers, telling: set[str], count: int, seed: int
) -> Row:
    """Single telling words that were heard; right are the clips that say a word of that stem."""
    holding: dict[str, set[str]] = defaultdict(set)
    for (word,), keys in [(one, keys) for one, keys in answers.holding.items() if len(one) == 1]:
        holding[_stem(word)] |= keys
    pool = list(
        dict.fromkeys(
            word
            for clip in clips
            for word, right in zip(clip.reference, clip.right, strict=True)
            if right and word in telling
        )
    )
    random.Random(f"{seed}-telling").shuffle(pool)  # noqa: S311
    queries = [Asked(word, frozenset(holding[_stem(word)])) for word in pool[:count]]
    return Row("telling", 1, True, queries)


def _never_said_row(clips: Sequence[Clip], split: Split, count: int, seed: int) -> Row:
    """Words that people know and of whose stem no clip says any."""
    said = {_stem(word) for clip in clips for word in clip.reference}
    written = _written_per_million()
    pool = [
        word
        for word in sorted(_frequencies().words())
        if len(word) >= SHORTEST_NEVER_SAID
        and word.isascii()
        and word.isalpha()
        and written(word) >= NEVER_SAID_PER_MILLION
        and _stem(word) not in said
        and (split == "all" or _is_held_out(word) == (split == "held-out"))
    ]
    random.Random(f"{seed}-never").shuffle(pool)  # noqa: S311
    return Row("never said", 1, False, [Asked(word, frozenset()) for word in pool[:count]])


def _written_per_million() -> Callable[[str], float]:
    words = _frequencies()
    return lambda word: 1_000_000 * words[word] / words.total_words


@cache
def _frequencies() -> Any:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1).word_frequency


def _is_held_out(word: str) -> bool:
    return bool(blake2b(word.encode(), digest_size=1).digest()[0] % _HASHED_SIDES)


def _stem(word: str) -> str:
    from earshot.search import analysis

    return " ".join(analysis.stem(token) for token in analysis.spoken(word))


def _phrases(words: Phrase, length: int) -> Iterator[Phrase]:
    return (words[start : start + length] for start in range(len(words) - length + 1))
