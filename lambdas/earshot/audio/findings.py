"""What reading a file found out beside its samples: what is lost of it, and what was listened to.

The decoder's child notes it while it reads, and sends it after the last sample.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

from earshot.audio.bit_rate import BitRate


@dataclass(frozen=True, slots=True)
class Findings:
    """Of one file that was read to its end.

    `heard_s` is the sound that was decoded, in seconds, without the silence that stands for gaps.
    `damaged` says that something of the file is lost, and `lost_s` how much, in seconds; None where
    that can't be told. `track` (from 0) is set in a file with several, `channel` (from 0) where
    the channels cancelled each other out, so that one was heard instead of their mix.
    `leads_astray`: browsers can't seek in the file (earshot.audio.bit_rate).
    """

    heard_s: float
    damaged: bool = False
    lost_s: float | None = None
    track: int | None = None
    channel: int | None = None
    leads_astray: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        return cls(**told)


@dataclass(slots=True)
class Notes:
    """What is noted while a file is read. Times are in seconds."""

    heard_s: float = 0.0
    gaps_s: float = 0.0  # silence for gaps in the time stamps
    lost_s: float = 0.0  # of packets that could not be decoded
    declared_s: float | None = None  # by a header that can be believed
    forgiven_s: float = 0.0  # so little of lost packets is no damage
    damaged: bool = False  # the file's structure is broken, or ends too early
    track: int | None = None
    bit_rate: BitRate = field(default_factory=BitRate)
    leads_astray: bool = False
    cancelled_s: dict[int, float] = field(default_factory=dict)  # by the channel heard instead

    def findings(self) -> Findings:
        # A packet that is lost leaves a gap, too: it counts once.
        lost = max(self.lost_s, self.gaps_s if self.damaged else 0.0)
        lost = lost if lost > self.forgiven_s else 0.0
        missing = (self.declared_s or 0.0) - self.heard_s - max(self.gaps_s, self.lost_s)
        if missing > _tolerance(self.declared_s or 0.0):
            lost += missing
        return Findings(
            heard_s=round(self.heard_s, 3),
            damaged=self.damaged or lost > 0,
            lost_s=round(lost, 3) if lost > 0 else None,
            track=self.track,
            leads_astray=self.leads_astray,
            channel=max(self.cancelled_s, key=self.cancelled_s.__getitem__, default=None),
        )


def _tolerance(declared_s: float) -> float:
    """Headers count what encoders add at both ends, and round: so much less is no damage."""
    return max(0.25, 0.01 * declared_s)
