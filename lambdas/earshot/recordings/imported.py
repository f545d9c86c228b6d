"""Transcripts that were made elsewhere and come as bare text."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import groupby

from earshot.speech import sentences
from earshot.speech.alignment.spans import Span
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

ESTIMATED = "imported, word times estimated"
ALIGNED = "imported, words aligned with the sound"
ENGINE = "imported"
# How clearly a word was heard is not known. 0 would have search take each for a mishearing, and 1
# would put imports before everything that was heard clearly.
CONFIDENCE = 0.75


def imported_transcript(text: str, duration: float, model: str, version: str) -> Transcript:
    """`text` as the transcript of `duration` seconds, written by `model`.

    Every word gets the share of the duration that its letters have in the text: enough to jump to
    where it was said, and marked as an estimate in the provenance.
    """
    texts = text.split()
    words = tuple(_timed(texts, [None] * len(texts), duration))
    return Transcript(
        segments=(Segment(words),) if words else (),
        duration=duration,
        provenance=Provenance(model, _fingerprint(model), ENGINE, ESTIMATED, version),
    )


def aligned_transcript(
    text: str,
    spans: Sequence[Span | None],
    duration: float,
    model: str,
    listener: str,
    version: str,
) -> Transcript:
    """`text`, written by `model`, whose words were found in the sound by a listener.

    `spans` says when each word was said. Words that have None get estimates between their
    neighbours; the provenance says how many they are. `listener` is its weights' fingerprint.
    """
    texts = text.split()
    missing = sum(span is None for span in spans)
    decoder = f"{ALIGNED}, {missing} of {len(texts)} times estimated" if missing else ALIGNED
    return Transcript(
        segments=sentences.split(_timed(texts, spans, duration)),
        duration=duration,
        provenance=Provenance(model, _fingerprint(model, listener), ENGINE, decoder, version),
    )


def is_aligned(provenance: Provenance, model: str, listener: str | None = None) -> bool:
    """Whether it is of an aligned transcript by `model`; if given, by this listener too."""
    if not provenance.decoder.startswith(ALIGNED) or provenance.model != model:
        return False
    return listener is None or provenance.fingerprint == _fingerprint(model, listener)


def is_imported(provenance: Provenance) -> bool:
    """Whether the text was made elsewhere."""
    return provenance.engine == ENGINE


def has_estimated_times(provenance: Provenance) -> bool:
    """Whether all words' times are estimates, rather than measured in the sound."""
    return provenance.decoder == ESTIMATED


def _fingerprint(model: str, listener: str | None = None) -> str:
    """Of who wrote the words and who timed them: importing again changes a transcript by this."""
    made = f"imported {model}" if listener is None else f"imported {model}, aligned by {listener}"
    return hashlib.blake2b(made.encode(), digest_size=8).hexdigest()


def _timed(texts: Sequence[str], spans: Sequence[Span | None], duration: float) -> Iterator[Word]:
    """Words with their times; those without share what lies between their neighbours."""
    places = iter(range(len(texts)))
    before = 0.0
    for known, run in groupby(places, key=lambda place: spans[place] is not None):
        some = list(run)
        if known:
            for place in some:
                span = spans[place]
                assert span is not None  # noqa: S101 - that is what the run is of
                yield Word(texts[place], span.start, span.end, CONFIDENCE)
                before = span.end
        else:
            following = spans[some[-1] + 1] if some[-1] + 1 < len(texts) else None
            end = following.start if following else duration
            yield from _spread([texts[place] for place in some], before, max(before, end))


def _spread(words: Sequence[str], begin: float, end: float) -> Iterator[Word]:
    letters = sum(len(word) + 1 for word in words)  # and the pause after each
    start, said = begin, 0
    for word in words:
        said += len(word) + 1
        stop = begin + (end - begin) * said / letters
        yield Word(word, round(start, 3), round(stop, 3), CONFIDENCE)
        start = stop
