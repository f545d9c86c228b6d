"""Transcripts that were made elsewhere and come as bare text."""

import hashlib
from collections.abc import Iterator, Sequence

from earshot.speech.transcript import Provenance, Segment, Transcript, Word

DECODER = "imported, word times estimated"
# How clearly a word was heard is not known. 0 would have search take each for a mishearing, and 1
# would put imports before everything that was heard clearly.
CONFIDENCE = 0.75


def imported_transcript(text: str, duration: float, model: str, version: str) -> Transcript:
    """`text` as the transcript of `duration` seconds, written by `model`.

    Every word gets the share of the duration that its letters have in the text: enough to jump to
    where it was said, and marked as an estimate in the provenance.
    """
    words = tuple(_spread(text.split(), duration))
    fingerprint = hashlib.blake2b(f"imported {model}".encode(), digest_size=8).hexdigest()
    return Transcript(
        segments=(Segment(words),) if words else (),
        duration=duration,
        provenance=Provenance(model, fingerprint, "imported", DECODER, version),
    )


def _spread(words: Sequence[str], duration: float) -> Iterator[Word]:
    letters = sum(len(word) + 1 for word in words)  # and the pause after each
    start, said = 0.0, 0
    for word in words:
        said += len(word) + 1
        end = duration * said / letters
        yield Word(word, round(start, 3), round(end, 3), CONFIDENCE)
        start = end
