"""Marks and capitals of written words on heard ones, which have neither."""

import re
from collections.abc import Sequence

from earshot.speech.readable import capital, lower_text
from earshot.speech.sentences import ends_sentence

_BEFORE = re.compile(r"^[^\w]+")
_BEHIND = re.compile(r"[^\w]+$")


def carried(heard: Sequence[str], written: Sequence[str], begins: bool) -> list[str]:
    """`heard` words in the place of `written` ones, with their marks.

    What opens or closes the written stretch does so with the heard one; inside, marks go over if
    there are as many words. `begins`: a sentence begins here.
    """
    shown = [lower_text(word) for word in heard]
    if not shown:
        return []
    if len(shown) == len(written):
        dressed = [_dressed(*pair) for pair in zip(shown, written, strict=True)]
    else:
        dressed = list(shown)
        if written:
            dressed[0] = _opening(written[0]) + dressed[0]
            dressed[-1] += _closing(written[-1])
    starts = begins
    for at, word in enumerate(dressed):
        if starts:
            dressed[at] = capital(word)
        starts = ends_sentence(word)
    return dressed


def closed(word: str, dropped: Sequence[str]) -> str:
    """`word` with the mark that the words dropped after it ended with, if it has none itself."""
    if not dropped or _closing(word):
        return word
    return word + _closing(dropped[-1])


def _dressed(heard: str, written: str) -> str:
    letters = written.strip("\"'“”‘’.,;:?!…—–-()[]")
    name = letters[:1].isupper() and not letters.isupper() and len(letters) > 1
    return _opening(written) + (capital(heard) if name else heard) + _closing(written)


def _opening(word: str) -> str:
    found = _BEFORE.match(word)
    return found[0] if found else ""


def _closing(word: str) -> str:
    found = _BEHIND.search(word)
    return found[0] if found else ""
