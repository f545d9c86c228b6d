"""Where on a player's clock a decoded frame belongs: gaps in time stamps become silence.

A browser plays a sound at the time that its container gives it. Words must have those times, or
the page would play something else than what it marks. So where the time stamps leave a gap, as
between two clips that were joined without encoding them again, the gap is filled with silence.
"""

from dataclasses import dataclass

MIN_GAP_S = 0.05  # containers round their time stamps, by up to some milliseconds
MIN_JUMP_BACK_S = 1.0  # further back than interleaving goes: another stream begins

# These containers keep times. In others (mp3, flac, aac …) FFmpeg counts the frames.
TIMED = frozenset({"matroska", "webm", "mov", "mp4", "ogg"})


@dataclass(slots=True)
class Timeline:
    """`end_s` is how much was laid out so far, in seconds. No gap may make it more than `max_s`.

    `from_zero`: sound that begins later than 0 begins with silence, as it does in a browser.
    """

    max_s: float
    from_zero: bool
    end_s: float = 0.0
    _offset_s: float | None = None

    def silence_before(self, at_s: float | None, seconds: float) -> float:
        """How much silence comes before a frame of `seconds` that has the time stamp `at_s`."""
        gap = self._gap(at_s, seconds)
        self.end_s += gap + seconds
        return gap

    def _gap(self, at_s: float | None, seconds: float) -> float:
        if at_s is None:
            return 0.0
        if self._offset_s is None:
            self._offset_s = 0.0 if self.from_zero else self.end_s - at_s
        gap = at_s + self._offset_s - self.end_s
        if gap < -MIN_JUMP_BACK_S or self.end_s + gap + seconds > self.max_s:
            self._offset_s = self.end_s - at_s  # another stream, or a wrong stamp: it goes on here
            return 0.0
        return gap if gap > MIN_GAP_S else 0.0
