"""Which words of a hit answer the question, and how: decided here, from its digest alone."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from earshot.search import analysis, misheard
from earshot.search.digest import PassageDigest, Text
from earshot.search.kinds import KINDS, MatchKind
from earshot.search.likeness import alike, kind_of
from earshot.search.question import Question, Slot, Term
from earshot.search.request import Mark

NEIGHBOUR_WORDS = 2  # between which a stop word belongs to a marked one
MIN_LIKENESS = 0.4  # of the token that is likest to a word, to be marked where nothing else is
MIN_STRETCH = 60.0  # per cent of letters that a stretch must share to be marked at all

_Found = tuple[int, MatchKind]  # a token's place, and how it answers


def marks(digest: PassageDigest, question: Question) -> tuple[Mark, ...]:
    """The shown words that answer the question, the best kind each.

    What is only like a word is marked where the passage does not say the word itself; what the
    listener alone heard is marked on the word that is shown for it.
    """
    shown, *heard = digest.texts
    found: dict[int, Mark] = {}
    for slot in question.slots:
        for term in slot.terms:
            if term.quoted:
                for place in _in_a_row(shown.written.split(), term.tokens):
                    _keep_better(found, Mark(shown.written_words[place], "exact"))
    tokens = shown.tokens.split()
    said = {slot: list(_said(tokens, shown, slot, question)) for slot in question.free}
    answers = [one for each in said.values() for one in each]
    if not question.exact:
        missing = [slot for slot, each in said.items() if not each]
        answers += _similar(tokens, missing)
        for text in heard:
            for mark in _heard(text, missing):
                _keep_better(found, mark)
    for token, kind in _without_stray(answers, tokens, question):
        _keep_better(found, Mark(shown.token_words[token], kind))
    if not found and not question.exact:
        found = _by_likeness(digest, question)
    return tuple(mark for _, mark in sorted(found.items()))


def is_said(digest: PassageDigest, slot: Slot, question: Question) -> bool:
    """Whether the shown text says what the slot asks for, or as good as says it."""
    shown = digest.shown
    return any(True for _ in _said(shown.tokens.split(), shown, slot, question))


def _said(tokens: Sequence[str], text: Text, slot: Slot, question: Question) -> Iterator[_Found]:
    for term in slot.terms:
        if not term.quoted:
            yield from _held(tokens, text.familiar, term, question)


def _similar(tokens: Sequence[str], slots: Sequence[Slot]) -> Iterator[_Found]:
    """The tokens that are like the words of these slots."""
    for word in _telling_words(slots):
        for n, token in enumerate(tokens):
            if kind := kind_of(word, token):
                yield n, kind


def _heard(text: Text, slots: Sequence[Slot]) -> Iterator[Mark]:
    """The shown words under which the listener heard something like the words of these slots."""
    tokens = text.tokens.split()
    for n, _ in _similar(tokens, slots):
        yield Mark(text.token_words[n], "sound", tokens[n])


def _telling_words(slots: Sequence[Slot]) -> Iterator[str]:
    for slot in slots:
        for term in slot.terms:
            if not term.quoted and not term.is_stop_word:
                yield from term.tokens


def _by_likeness(digest: PassageDigest, question: Question) -> dict[int, Mark]:
    """Where no word answers: what is likest to the telling words, or to all letters in a row."""
    found: dict[int, Mark] = {}
    for text in digest.texts:
        tokens = text.tokens.split()
        for token in [*_likest(tokens, question)] or [*_stretch(tokens, question)]:
            heard = None if text is digest.shown else tokens[token]
            _keep_better(found, Mark(text.token_words[token], "sound", heard))
    return found


def _held(tokens: Sequence[str], familiar: str, term: Term, question: Question) -> Iterator[_Found]:
    """Where the term is said, or as good as said: what the query for what holds it finds."""
    if len(term.tokens) > 1:
        yield from ((n, "exact") for n in _in_a_row(tokens, term.tokens))
        return
    (word,) = term.tokens
    if question.exact or term.is_stop_word:
        yield from ((n, "exact") for n, token in enumerate(tokens) if token == word)
        return
    joined = question.joined.get(word, frozenset())
    for n, token in enumerate(tokens):
        if kind := _as_good_as(word, token, familiar[n]):
            yield n, kind
        elif token in joined:
            yield n, "near"
        elif n and tokens[n - 1] + token == word and misheard.are_one_word(tokens[n - 1], token):
            yield n - 1, "near"
            yield n, "near"


@lru_cache(maxsize=200_000)
def _as_good_as(word: str, token: str, familiar: str) -> MatchKind | None:
    if token == word:
        return "exact"
    if token in analysis.STOP_WORDS:
        return None
    if analysis.stem(token) == analysis.stem(word):
        return "stem"
    return "near" if misheard.is_misspelling(word, token, familiar) else None


def _in_a_row(said: Sequence[str], row: Sequence[str]) -> Iterator[int]:
    """The places where all of a row is said."""
    for start in range(len(said) - len(row) + 1):
        if list(said[start : start + len(row)]) == list(row):
            yield from range(start, start + len(row))


def _keep_better(found: dict[int, Mark], mark: Mark) -> None:
    best = found.get(mark.word)
    if best is None or KINDS[mark.kind].worth > KINDS[best.kind].worth:
        found[mark.word] = mark


def _without_stray(
    found: Sequence[_Found], tokens: Sequence[str], question: Question
) -> list[_Found]:
    """Without the stop words that stand far from any other match: every "the" is no answer."""
    if all(slot.is_stop_word for slot in question.slots):
        return list(found)
    telling = [n for n, _ in found if tokens[n] not in analysis.STOP_WORDS]
    return [
        (n, kind)
        for n, kind in found
        if tokens[n] not in analysis.STOP_WORDS
        or any(abs(n - other) <= NEIGHBOUR_WORDS for other in telling)
    ]


def _likest(tokens: Sequence[str], question: Question) -> Iterator[int]:
    """For each telling word the token that is most like it, if one is."""
    for word in question.words:
        if word in analysis.STOP_WORDS:
            continue
        like = {
            token: one.likeness
            for token, one in alike(word, set(tokens) - analysis.STOP_WORDS).items()
            if one.likeness >= MIN_LIKENESS
        }
        if like:
            best = max(like, key=lambda token: (like[token], token))
            yield from (n for n, token in enumerate(tokens) if token == best)


def _stretch(tokens: Sequence[str], question: Question) -> Iterator[int]:
    """The tokens over which the letters of the question lie best, where no word answers alone."""
    text = " ".join(tokens)
    wanted = " ".join(question.words)
    if not wanted:
        return
    if len(wanted) > len(text):
        yield from range(len(tokens))
        return
    best = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=MIN_STRETCH)
    start = 0
    for n, token in enumerate(tokens):
        end = start + len(token)
        # Half of a word under the stretch is not by chance.
        if best and min(end, best.dest_end) - max(start, best.dest_start) > len(token) / 2:
            yield n
        start = end + 1
