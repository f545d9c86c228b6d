"""Where in one recording a question is answered: the marks of a search, over its whole transcript.

The search engine is not asked: what a passage of a hit has marked, all of the words can have.
"""

from dataclasses import replace

from earshot.recordings.passages import Passage
from earshot.recordings.shown import shown
from earshot.search.mapping import digest_of
from earshot.search.marks import marks
from earshot.search.question import parse
from earshot.search.request import Mark
from earshot.speech.transcript import Transcript


def marks_within(transcript: Transcript, q: str, exact: bool = False) -> tuple[Mark, ...]:
    """The words that answer `q`, in order of their time.

    `word` counts the words of all segments, in the order in which the transcript's .json has them.
    What is only like a word is marked where the recording does not say the word itself. Raises
    InvalidRequest for what can't be asked.
    """
    question = parse(q, exact)
    said = [word for segment in shown(transcript) for word in segment.words]
    # Channels kept apart, and windows stitched, may interleave: a phrase runs in order of time.
    order = sorted(range(len(said)), key=lambda n: (said[n].start, said[n].end))
    if not question or not order:
        return ()
    heard = [word for segment in transcript.heard or () for word in segment.words]
    heard.sort(key=lambda word: word.start + word.end)
    whole = Passage(0, tuple(said[n] for n in order), tuple(heard))
    return tuple(
        replace(mark, word=order[mark.word]) for mark in marks(digest_of(whole, "", 1), question)
    )
