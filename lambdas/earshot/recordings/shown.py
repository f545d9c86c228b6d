"""What a person reads of a transcript. A listener's own letters are CAPITALS, which shout."""

from collections.abc import Iterable

from earshot.recordings.imported import is_imported
from earshot.speech.readable import readable
from earshot.speech.transcript import Segment, Transcript


def shown(transcript: Transcript) -> tuple[Segment, ...]:
    """The segments as people read them.

    Where no writer took part and no letter is in lower case, the words are set in lower case, with
    a capital at the start of each segment. All others are shown as they are.
    """
    segments = transcript.segments
    if transcript.provenance.writer is not None or _has_lower_case(segments):
        return segments
    return readable(segments)


def heard(transcript: Transcript) -> tuple[Segment, ...] | None:
    """The listener's own segments; None for a transcript that no listener of ours made."""
    if is_imported(transcript.provenance):
        return None
    return transcript.segments if transcript.heard is None else transcript.heard


def _has_lower_case(segments: Iterable[Segment]) -> bool:
    return any(
        letter.islower() for segment in segments for word in segment.words for letter in word.text
    )
