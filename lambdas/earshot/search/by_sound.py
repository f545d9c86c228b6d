"""The sound behind the maybes: which passages it finds, and what it adds to their order.

It is looked into only where no text has anything close (earshot.search.selection). numpy is loaded
then, not before: most searches do without.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from earshot.errors import MalformedFrameLetters
from earshot.search import query
from earshot.search.engine import Ask, Candidate
from earshot.search.query import Query
from earshot.search.question import Question
from earshot.search.request import Stretch

if TYPE_CHECKING:
    from earshot.speech.frame_letters import FrameLetters

WINDOW = 100  # of the engine's best passages by sound; a smaller index is looked at whole


@dataclass(frozen=True, slots=True)
class Heard:
    """What a passage's sound says of a question.

    `term` is to be added to its closeness. `stretches` are where a telling word may have been said,
    the likeliest first; there are none where it sounds no more like it than chance.
    """

    term: float = 0.0
    stretches: tuple[Stretch, ...] = ()


def is_there() -> Ask:
    """Whether any passage has its sound in the index: then it finds one."""
    return Ask({"exists": {"field": "letters"}}, 1, filtered=False, chosen=False)


def asks(question: Question, asked: Query, seen: Sequence[Candidate], passages: int) -> list[Ask]:
    """What may hold the question by its sound beyond `asked`, and the letters of what was `seen`.
    Nothing where nothing can be asked by sound.

    `passages`: how many there are in all.
    """
    if passages <= WINDOW:
        sounding: Query | None = query.others(question, but=asked)
    else:
        sounding = _sounding(question, but=asked)
    if sounding is None:
        return []
    sizes = [(sounding, WINDOW)]
    if known := [one.place.document_id for one in seen if one.digest.has_sound]:
        sizes.append((query.these(known), len(known)))
    return [Ask(one, most, letters=True) for one, most in sizes]


def _sounding(question: Question, but: Query) -> Query | None:
    """Passages whose sound allows letters of the telling words, the most and rarest first; not
    those of `but`. None where the words have too few letters to ask for."""
    from earshot.search.sound_grams import asked_grams

    words = (token for slot in question.telling for term in slot.terms for token in term.tokens)
    grams = dict.fromkeys(gram for word in words for gram in asked_grams(word))
    return query.by_grams(question, "sound_grams", tuple(grams), but) if grams else None


def heard(question: Question, candidates: Sequence[Candidate]) -> list[Heard]:
    """What the sound of each candidate says; nothing if none was fetched with its letters.

    Those without letters (imports, records of before) sound as chance would have it.
    """
    if not any(one.letters for one in candidates):
        return [Heard()] * len(candidates)
    from earshot.search.sound import soundings

    letters = [_unpacked(one.letters) for one in candidates]
    found: list[Heard] = []
    for one in soundings(question.words, letters):
        spotted = sorted(filter(None, one.words), key=lambda word: -word.score)
        stretches = (Stretch(round(word.start, 3), round(word.end, 3)) for word in spotted)
        found.append(Heard(one.term, tuple(dict.fromkeys(stretches))))
    return found


def _unpacked(packed: bytes | None) -> "FrameLetters | None":
    from earshot.speech import frame_letters

    try:
        return frame_letters.unpack(packed) if packed else None
    except MalformedFrameLetters:  # of other code: until the index is rebuilt, it goes without
        return None
