"""A listener's words as a person reads them: a CTC vocabulary has capitals only, and no marks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from earshot.speech.segments import SEGMENT_PAUSE_S
from earshot.speech.transcript import Segment, Word

_MARKS = '"“”‘’.,;:?!…—–-()[]'
_I = frozenset(("i", "i'm", "i'll", "i've", "i'd"))


def readable(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """The same words in lower case, with a capital at the start of each segment."""
    return tuple(
        replace(segment, words=tuple(_capital_first(lower(segment.words)))) for segment in segments
    )


def readable_words(words: Sequence[Word]) -> tuple[Word, ...]:
    """The same words in lower case, with a capital at the start and after each pause."""
    lowered = lower(words)
    return tuple(
        replace(word, text=capital(word.text))
        if at == 0 or word.start - lowered[at - 1].end >= SEGMENT_PAUSE_S
        else word
        for at, word in enumerate(lowered)
    )


def lower(words: Iterable[Word]) -> list[Word]:
    """In lower case but for I."""
    return [replace(word, text=lower_text(word.text)) for word in words]


def lower_text(text: str) -> str:
    small = text.lower()
    return capital(small) if is_i(small) else small


def is_i(text: str) -> bool:
    """Whether a word is I in some form; marks may stand around it."""
    return text.lower().strip(_MARKS) in _I


def capital(text: str) -> str:
    """With its first letter in upper case; quotes and brackets may stand before it."""
    for at, letter in enumerate(text):
        if letter.isalnum():
            return text[:at] + letter.upper() + text[at + 1 :]
    return text


def _capital_first(words: list[Word]) -> list[Word]:
    return [replace(words[0], text=capital(words[0].text)), *words[1:]] if words else words
