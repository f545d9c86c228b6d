"""Changes of the objects that recordings are made from, and the order that they happened in."""

from dataclasses import dataclass
from enum import StrEnum

from earshot.recordings.ids import recording_id

# Longer than any sequencer seen (16-18 hexadecimal digits).
_SEQUENCER_LENGTH = 32


class Change(StrEnum):
    CREATED = "created"
    REMOVED = "removed"
    RETRANSCRIBE = "retranscribe"  # Earshot's own: the same sound is to be transcribed again


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    """One change of one object. `sequencer` orders the changes of a key as plain text.

    `replaces` is of RETRANSCRIBE alone: when the transcript that is to be replaced was written;
    empty for a recording that has none, or one from before this was noted.
    """

    change: Change
    bucket: str
    key: str
    sequencer: str
    time: str
    etag: str = ""
    size: int = 0
    replaces: str = ""

    @property
    def recording_id(self) -> str:
        return recording_id(self.key)


def comparable_sequencer(sequencer: str) -> str:
    """S3's sequencer made comparable as text.

    Sequencers differ in length; S3 defines their order as that of the strings right-padded with
    zeros (S3 user guide, "Event message structure").
    """
    return sequencer.upper().ljust(_SEQUENCER_LENGTH, "0")
