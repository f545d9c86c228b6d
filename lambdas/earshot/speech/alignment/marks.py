"""Marks and capitals of written words on heard ones, which have neither."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from earshot.speech.readable import capital, lower_text
from earshot.speech.sentences import ends_sentence

_AROUND = "\"'“”‘’.,;:?!…—–-()[]"
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


def shared(heard: Sequence[str], written: Sequence[str]) -> list[str]:
    """`heard` words with the marks of a text that says much the same, where both have the word.

    The last word takes the mark that the written text ends with. A text that shares less than
    half of the words says something else: its marks mean nothing here.
    """
    words = [[_bare(word) for word in text] for text in (heard, written)]
    blocks = SequenceMatcher(None, words[0], words[1], autojunk=False).get_matching_blocks()
    if 2 * sum(block.size for block in blocks) < len(heard) or not heard:
        return list(heard)
    dressed = list(heard)
    for at, other, size in blocks:
        for n in range(size):
            dressed[at + n] = _dressed(heard[at + n], written[other + n])
    if not _closing(dressed[-1]):
        dressed[-1] += _closing(written[-1])
    begins = False
    for at, word in enumerate(dressed):
        dressed[at] = capital(word) if begins else word
        begins = ends_sentence(word)
    return dressed


def closed(word: str, dropped: Sequence[str]) -> str:
    """`word` with the mark that the words dropped after it ended with, if it has none itself."""
    if not dropped or _closing(word):
        return word
    return word + _closing(dropped[-1])


def _dressed(heard: str, written: str) -> str:
    letters = written.strip(_AROUND)
    name = letters[:1].isupper() and not letters.isupper() and len(letters) > 1
    return _opening(written) + (capital(heard) if name else heard) + _closing(written)


def _opening(word: str) -> str:
    found = _BEFORE.match(word)
    return found[0] if found else ""


def _closing(word: str) -> str:
    found = _BEHIND.search(word)
    return found[0] if found else ""


def _bare(word: str) -> str:
    return word.lower().strip(_AROUND)
