"""How much one audio file may cost before it is refused."""

from dataclasses import dataclass

SAMPLE_RATE = 16_000
"""Hz; what every waveform in Earshot has, because wav2vec2 was trained on it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on decoding one file; what a file declares about itself is never believed.

    The expansion limit is against bombs: 1 MB of FLAC or Opus can hold hours of silence. It is in
    seconds of sound per KiB of file; the leanest speech codecs in use (AMR-NB 4.75 kbit/s, Opus
    6 kbit/s) give 1.7, so 4 leaves room, and short silence within `expansion_free_seconds` passes
    whatever its ratio.
    """

    max_bytes: int = 2 * 1024**3
    max_seconds: float = 12 * 3600.0
    max_seconds_per_kib: float = 4.0
    expansion_free_seconds: float = 600.0
    cpu_seconds: int = 600  # of the child, in all; an hour of mp3 takes about 10
    stall_seconds: int = 30  # without a block of sound
    memory_bytes: int = 768 * 1024**2  # address space on top of what the idle child maps


DEFAULT = Limits()
