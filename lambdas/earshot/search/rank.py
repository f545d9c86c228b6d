"""How closely a passage holds what was asked.

The engine finds passages that share words, sounds or trigrams with the question; which of them
says it best is decided here, in two views. As words: each for itself, weighed by its rarity in this
index. As a phrase: the letters and the sounds of the whole question are laid over the text by an
edit distance that may run over word boundaries. People ask in both ways, and what is found shows in
which: where some passage is like the whole phrase, that view counts, else the other one. A hundred
candidates take a few milliseconds.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from earshot.search import analysis
from earshot.search.digest import PassageDigest, Text
from earshot.search.kinds import KINDS
from earshot.search.likeness import alike
from earshot.search.misheard import MIN_JOINED_LETTERS
from earshot.search.question import Question, Slot, Term

# What counts in a view: the letters in a row, the sounds in a row, the very spelling, and each word
# for itself, as one of a phrase or as one of the words that people throw in.
LETTERS, SOUNDS, SPELLING, WORDS_OF_PHRASE, WORDS = 100.0, 50.0, 3.0, 60.0, 400.0
WORD_POWER = 1.5  # of the likeness of thrown in words: half a likeness is less than half a word
STOP_WORD_SHARE = 0.05  # of what the rarest word weighs
# A question begins to be a phrase where the likest passage is so like it, and is one a step on.
# Three words are like something by chance less often than more are, and two are seldom neighbours.
PHRASE_FROM, THREE_WORDS_FROM, PHRASE_STEP = 0.74, 0.70, 0.03
# Of what the best passage has of the words by weight: "what did he do with the" is no sign that
# "what did the boy do with the sheep" is a phrase, though most of it is the same.
MIN_WORDS_OF_PHRASE = 0.3
CUT = KINDS["near"].likeness  # of a word that was heard as two, or as one with a neighbour
IN_PIECES = 0.8  # of the likeness of words that were asked for in a row, where they are not in one


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of all `passages` each asked word is said, in some form."""

    passages: int = 0
    said: Mapping[str, int] = field(default_factory=dict)

    def rarity(self, word: str) -> float:
        """The logarithm of one in how many passages says it (inverse document frequency)."""
        return math.log(1 + (self.passages + 1) / (self.said.get(word, 0) + 1))

    def weight(self, slot: Slot, question: Question) -> float:
        if slot.is_stop_word:
            alone = slot in question.telling
            return math.log(2 + self.passages) * (1.0 if alone else STOP_WORD_SHARE)
        rarities = (max(map(self.rarity, term.tokens)) for term in slot.terms if term.tokens)
        return min(rarities)


@dataclass(frozen=True, slots=True)
class Views:
    """How like one passage is to a question, in both views."""

    as_phrase: float
    as_words: float
    words: float  # 0..1: how much of the words it has, by their weights


@dataclass(frozen=True, slots=True)
class Closeness:
    """Of each passage, 0..1: 1 has all the words in order, as they were written. `as_phrase` is the
    likest one's likeness to the whole phrase, `words` how much of the words the best one has."""

    values: Sequence[float]
    as_phrase: float
    words: float


NOTHING_CLOSE = Closeness((), 0.0, 0.0)


def closeness(question: Question, passages: Sequence[Views]) -> Closeness:
    words = max((one.words for one in passages), default=0.0)
    least = MIN_WORDS_OF_PHRASE * words
    likest = max((one.as_phrase for one in passages if one.words >= least), default=0.0)
    phrase = _is_phrase(question, likest)
    values = [phrase * one.as_phrase + (1 - phrase) * one.as_words for one in passages]
    return Closeness(values, likest, words)


def _is_phrase(question: Question, likest: float) -> float:
    """0..1: whether the words were asked for as a phrase. One word is the same in both ways."""
    words = len(question.words)
    if len(question.free) < 2:
        return 1.0
    if words < 3:
        return 0.0
    begins = THREE_WORDS_FROM if words == 3 else PHRASE_FROM
    return min(max((likest - begins) / PHRASE_STEP, 0.0), 1.0)


def compare(
    question: Question, digests: Sequence[PassageDigest], frequencies: Frequencies
) -> list[Views]:
    vocabularies = [digest.vocabulary() for digest in digests]
    saying: dict[str, list[int]] = defaultdict(list)
    for n, vocabulary in enumerate(vocabularies):
        for token in vocabulary:
            saying[token].append(n)
    like = {
        word: _likest(word, question.joined.get(word, ()), digests, vocabularies, saying)
        for word in _free_words(question)
    }
    weights = [frequencies.weight(slot, question) for slot in question.free]
    row = _Row.of(question)
    return [
        _views(
            max((row.likeness(text) for text in digest.texts), default=0.0),
            [_likeness_of(slot, n, like, digest) for slot in question.free],
            weights,
        )
        for n, digest in enumerate(digests)
    ]


def _views(in_a_row: float, each: Sequence[float], weights: Sequence[float]) -> Views:
    """Both views of how like the passage is to the words in a row, and to each word."""
    words = sum(each) / max(len(each), 1)
    weighed = [weight * like**WORD_POWER for weight, like in zip(weights, each, strict=True)]
    rare = sum(weighed) / max(sum(weights), 1e-9)
    whole = LETTERS + SOUNDS + SPELLING
    return Views(
        as_phrase=(in_a_row + WORDS_OF_PHRASE * words) / (whole + WORDS_OF_PHRASE),
        as_words=(in_a_row + WORDS * rare) / (whole + WORDS),
        words=rare,
    )


def _free_words(question: Question) -> set[str]:
    return {
        token
        for slot in question.free
        for term in slot.terms
        if not term.quoted
        for token in term.tokens
    }


@dataclass(frozen=True, slots=True)
class _Row:
    """All free words of a question in a row."""

    letters: str
    sounds: str
    spelling: str

    @classmethod
    def of(cls, question: Question) -> "_Row":
        return cls(
            letters=f" {' '.join(question.words)} ",
            sounds="".join(map(analysis.sound, question.words)),
            spelling=f" {' '.join(question.written)} ",
        )

    def likeness(self, text: Text) -> float:
        return (
            LETTERS * _within(self.letters, f" {text.tokens} ")
            + SOUNDS * _within(self.sounds, text.sounds)
            + SPELLING * (self.spelling in f" {text.written} ")
        )


def _within(wanted: str, text: str) -> float:
    """0..1: how well some stretch of the text equals what is wanted."""
    # partial_ratio slides the shorter over the longer one; a short text is not all of a long query.
    ratio = fuzz.partial_ratio if len(wanted) <= len(text) else fuzz.ratio
    return ratio(wanted, text) / 100


def _likest(
    word: str,
    joined: Iterable[str],
    digests: Sequence[PassageDigest],
    vocabularies: Sequence[Mapping[str, str]],
    saying: Mapping[str, Sequence[int]],
) -> list[float]:
    """For each passage the likeness of its token that is most like the word, 0..1."""
    best = [0.0] * len(digests)
    for token, one in alike(word, list(saying)).items():
        for n in saying[token]:
            best[n] = max(best[n], one.as_heard(vocabularies[n][token]))
    for n in _cut(word, joined, digests, saying):
        best[n] = max(best[n], CUT)
    return best


def _cut(
    word: str,
    joined: Iterable[str],
    digests: Sequence[PassageDigest],
    saying: Mapping[str, Sequence[int]],
) -> Iterator[int]:
    """The passages in which the word was heard as two, or as one with a neighbour."""
    for one in joined:
        yield from saying.get(one, ())
    if len(word) < MIN_JOINED_LETTERS:
        return
    for at in range(1, len(word)):
        before, after = word[:at], word[at:]
        for n in set(saying.get(before, ())).intersection(saying.get(after, ())):
            if any(f" {before} {after} " in f" {text.tokens} " for text in digests[n].texts):
                yield n


def _likeness_of(
    slot: Slot, n: int, like: Mapping[str, Sequence[float]], digest: PassageDigest
) -> float:
    """Of the slot's best alternative in the `n`-th passage."""
    if slot.word:
        return like[slot.word][n]
    return max(_likeness(term, n, like, digest) for term in slot.terms)


def _likeness(
    term: Term, n: int, like: Mapping[str, Sequence[float]], digest: PassageDigest
) -> float:
    if len(term.tokens) == 1 and not term.quoted:
        return like[term.tokens[0]][n]
    if says(digest, term):
        return 1.0
    if term.quoted:
        return 0.0
    return IN_PIECES * sum(like[token][n] for token in term.tokens) / len(term.tokens)


def says(digest: PassageDigest, term: Term) -> bool:
    """Whether the shown text has the term's words in a row, quoted ones as they are written."""
    text = digest.shown.written if term.quoted else digest.shown.tokens
    return f" {' '.join(term.tokens)} " in f" {text} "
