"""A claimed recording: its sound is there, and what becomes of it is left to be done."""

import logging
from dataclasses import dataclass
from pathlib import Path

from earshot.audio.limits import Limits
from earshot.audio.playback import write_copy
from earshot.errors import AudioError
from earshot.recordings.changes import ObjectEvent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed recording whose sound lies at `path`: it is left to be heard and written down.

    `passages` is what earlier versions of the recording have in the index.
    """

    event: ObjectEvent
    path: Path
    passages: int

    def playback_copy(self, limits: Limits) -> Path | None:
        """A copy beside the sound in which browsers can seek; None if none can be made."""
        copy = self.path.with_name(f"{self.path.name}-copy")
        try:
            write_copy(self.path, copy, limits)
        except (AudioError, OSError):  # also a full disk: the transcript is worth more
            logger.warning(
                "could not make a playback copy",
                exc_info=True,
                extra={"recording_id": self.event.recording_id},
            )
            return None
        return copy
