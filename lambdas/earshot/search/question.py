"""What was typed, as values: words, quoted phrases, alternatives and what must not be said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from earshot.errors import InvalidRequest
from earshot.search import analysis
from earshot.search.misheard import are_one_word
from earshot.search.request import MAX_QUERY_CHARS, MAX_QUERY_WORDS

_QUOTES = re.compile("[“”„«»]")
_PIECES = re.compile(r'(-?)"([^"]*)"|([^\s"]+)')
_OR = "OR"


@dataclass(frozen=True)
class Term:
    """One word, or several that must be said in a row; quoted ones exactly as they are written.

    `tokens` are the spoken form of what was typed; of a quoted term they are its written words.
    """

    tokens: tuple[str, ...]
    quoted: bool = False

    @cached_property
    def is_stop_word(self) -> bool:
        return not self.quoted and all(token in analysis.STOP_WORDS for token in self.tokens)


@dataclass(frozen=True)
class Slot:
    """Alternatives, one of which is asked for: mostly there is only one."""

    terms: tuple[Term, ...]

    @cached_property
    def is_stop_word(self) -> bool:
        return all(term.is_stop_word for term in self.terms)

    @cached_property
    def word(self) -> str | None:
        """The one token that is asked for; None for alternatives, rows and quotes."""
        (term, *more) = self.terms
        return None if more or term.quoted or len(term.tokens) != 1 else term.tokens[0]

    @cached_property
    def is_required(self) -> bool:
        """A quoted phrase must be there; of free words most."""
        return all(term.quoted for term in self.terms)


@dataclass(frozen=True)
class Question:
    """`words` are the tokens of all free words in order, `written` the same words as typed.

    `joined` holds for free words what they are when they are heard as one with a neighbour. With
    `exact` only the very words count, not what is like them.
    """

    slots: tuple[Slot, ...] = ()
    excluded: tuple[Term, ...] = ()
    words: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    joined: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exact: bool = False

    def __bool__(self) -> bool:
        return bool(self.slots)

    @cached_property
    def required(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.is_required)

    @cached_property
    def free(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if not slot.is_required)

    @cached_property
    def telling(self) -> tuple[Slot, ...]:
        """The free slots that a passage is judged by: without stop words, unless there are no
        others."""
        return tuple(slot for slot in self.free if not slot.is_stop_word) or (
            () if self.required else self.free
        )


def parse(q: str, exact: bool = False) -> Question:
    """What was typed. Text in double quotes is a strict phrase, OR stands between alternatives, and
    a minus before a word or a phrase excludes it. To exclude alone asks for nothing.

    Raises InvalidRequest when it is too long to be a question.
    """
    if len(q) > MAX_QUERY_CHARS:
        raise InvalidRequest(f"The query is longer than {MAX_QUERY_CHARS} characters.")
    slots: list[Slot] = []
    excluded: list[Term] = []
    free: list[str] = []
    joins = False  # the next one is an alternative to the last
    for typed, quoted, minus in _pieces(q):
        if typed is _OR:
            joins = bool(slots)
            continue
        terms = _terms(typed, quoted, as_one=joins or minus)
        if minus:
            excluded += terms
            joins = False
            continue
        if joins and terms:
            slots[-1] = Slot((*slots[-1].terms, *terms))
            joins = False
        else:
            slots += [Slot((term,)) for term in terms]
        if not quoted:
            free.append(typed)
    words = tuple(token.text for token in analysis.tokens(free))
    question = Question(
        tuple(slots),
        tuple(excluded),
        words,
        tuple(analysis.written(free)),
        _joined(words),
        exact,
    )
    _check(q, question)
    return question


def _joined(words: Sequence[str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for one, two in pairwise(words):
        if are_one_word(one, two):
            for word in (one, two):
                found[word] = found.get(word, frozenset()) | {one + two}
    return found


def _check(q: str, question: Question) -> None:
    terms = [*question.excluded, *(term for slot in question.slots for term in slot.terms)]
    if sum(len(term.tokens) for term in terms) > MAX_QUERY_WORDS:
        raise InvalidRequest(f"The query has more than {MAX_QUERY_WORDS} words.")


def _pieces(q: str) -> Iterator[tuple[str, bool, bool]]:
    """Each typed piece, whether it is quoted, and whether a minus stands before it."""
    plain = _QUOTES.sub('"', q)
    if plain.count('"') % 2:  # a quote that is not closed (yet) quotes nothing
        plain = " ".join(plain.rsplit('"', 1))
    shouts = plain.upper() == plain  # then OR is a word as any other
    for piece in _PIECES.finditer(plain):
        minus, quoted, typed = piece.groups()
        if quoted is not None:
            yield quoted, True, bool(minus)
        elif typed == _OR and not shouts:
            yield _OR, False, False
        elif typed[0] == "-" and typed[1:2].isalpha():  # -5 is a number
            yield typed[1:], False, True
        else:
            yield typed, False, False


def _terms(typed: str, quoted: bool, as_one: bool) -> list[Term]:
    """The terms of one piece; its words are terms of their own unless they belong together."""
    if quoted:
        written = tuple(analysis.written(typed.split()))
        return [Term(written, quoted=True)] if written else []
    tokens = tuple(token.text for token in analysis.tokens([typed]))
    if as_one or analysis.STOP_WORDS.issuperset(tokens):  # "i'll" is no passage with i and will
        return [Term(tokens)] if tokens else []
    return [Term((token,)) for token in tokens]
