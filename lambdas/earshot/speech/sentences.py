"""Written words to segments: sentences, as a reader and a subtitle want them."""

import re
from collections.abc import Iterable, Sequence

from earshot.speech.segments import SEGMENT_PAUSE_S
from earshot.speech.transcript import Segment, Word

LONG_PAUSE_S = 2.0
"""Ends a segment wherever it stands; a shorter pause may lie within a sentence."""

MAX_SEGMENT_S = 20.0
"""A longer sentence is cut at its commas and pauses."""

COMMA_S = 1.0  # how many seconds of pause a comma is worth, as a place to cut

_END = re.compile(r"[.?!…][\"'”’)\]»]*$")
_COMMA = re.compile(r"[,;:—–][\"'”’)\]»]*$")
_I = re.compile(r"I\b")
# A single letter is an initial, as in "J. Smith"; "I." may end a sentence.
_ABBREVIATION = re.compile(
    r"^[\"'“‘(\[«]*(?:mr|mrs|ms|dr|st|prof|rev|gen|capt|lt|sgt|jr|sr|vs|no|e\.g|i\.e|[a-hj-z])\.$",
    re.IGNORECASE,
)


def split(words: Iterable[Word], channel: int | None = None) -> tuple[Segment, ...]:
    """A segment a sentence; also at long pauses, and at shorter ones before a capital."""
    listed = list(words)
    sentences: list[list[Word]] = []
    for at, word in enumerate(listed):
        if at and not _ends(listed[at - 1], word):
            sentences[-1].append(word)
        else:
            sentences.append([word])
    return tuple(
        Segment(tuple(part), channel) for sentence in sentences for part in _short(sentence)
    )


def ends_sentence(text: str) -> bool:
    """Whether a written word has a mark that ends a sentence."""
    return bool(_END.search(text)) and not _ABBREVIATION.match(text)


def _ends(word: Word, following: Word) -> bool:
    pause = following.start - word.end
    if pause >= LONG_PAUSE_S:
        return True
    begins = _begins_sentence(following.text)
    if not begins:
        return False
    # I has its capital anywhere.
    return ends_sentence(word.text) or (pause >= SEGMENT_PAUSE_S and not _I.match(following.text))


def _begins_sentence(text: str) -> bool:
    first = next((letter for letter in text if letter.isalnum()), "")
    return not first.islower()


def _short(sentence: Sequence[Word]) -> list[Sequence[Word]]:
    """Cut in two, and the parts again, as long as it is too long."""
    if len(sentence) < 2 or sentence[-1].end - sentence[0].start <= MAX_SEGMENT_S:
        return [sentence]
    at = max(range(1, len(sentence)), key=lambda place: _worth(sentence, place))
    return [*_short(sentence[:at]), *_short(sentence[at:])]


def _worth(sentence: Sequence[Word], place: int) -> float:
    """Of a cut before word `place`: pauses and commas count, and that both parts last."""
    before, after = sentence[place - 1], sentence[place]
    comma = COMMA_S if _COMMA.search(before.text) else 0.0
    shorter = min(before.end - sentence[0].start, sentence[-1].end - after.start)
    return (after.start - before.end + comma + 0.1) * shorter
