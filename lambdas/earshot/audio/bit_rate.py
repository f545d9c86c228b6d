"""Whether a browser finds its way in an mp3.

An mp3 says nowhere which time is at which byte. A browser computes it from the average bit rate, or
from the hundred steps of a Xing header. With a bit rate that changes, it plays seconds or minutes
off.
"""

from dataclasses import dataclass, field

MAX_ASTRAY_S = 0.05
XING_STEPS = 100
_EVERY = 32  # packets


@dataclass(slots=True)
class BitRate:
    """How evenly a track's bytes are spread over its time."""

    _bytes: int = 0
    _seconds: float = 0.0
    _packets: int = 0
    _passed: list[tuple[int, float]] = field(default_factory=list)

    def add(self, size: int, seconds: float) -> None:
        self._bytes += size
        self._seconds += seconds
        self._packets += 1
        if self._packets % _EVERY == 0:
            self._passed.append((self._bytes, self._seconds))

    def astray_s(self) -> float:
        """How far off one is, at most, who takes the bit rate to be the same everywhere."""
        if not self._bytes:
            return 0.0
        rate = self._seconds / self._bytes
        return max((abs(size * rate - at_s) for size, at_s in self._passed), default=0.0)

    def leads_astray(self, has_xing: bool) -> bool:
        """Whether a browser plays noticeably off, with or without a Xing header."""
        astray_s = self.astray_s()
        if has_xing:
            astray_s = min(astray_s, self._seconds / XING_STEPS)
        return astray_s > MAX_ASTRAY_S
