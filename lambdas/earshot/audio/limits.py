"""Limits on decoding one audio file."""

from dataclasses import dataclass

SAMPLE_RATE = 16_000
"""Hz. All waveforms in Earshot have this rate, because wav2vec2 was trained on it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on decoding one file. They apply to what is decoded, not to what headers claim.

    `max_seconds_per_kib` refuses decompression bombs: 1 MB of FLAC or Opus can hold hours of
    silence. It is in seconds of audio per KiB of file. The speech codecs with the lowest rates in
    use (AMR-NB at 4.75 kbit/s, Opus at 6 kbit/s) give up to 1.7. Audio up to
    `expansion_free_seconds` always passes this limit.
    """

    max_bytes: int = 2 * 1024**3
    max_seconds: float = 12 * 3600.0
    max_seconds_per_kib: float = 4.0
    expansion_free_seconds: float = 600.0
    cpu_seconds: int = 600  # of the child process; an hour of mp3 takes about 10
    stall_seconds: int = 30  # without a decoded block
    memory_bytes: int = 768 * 1024**2  # address space beyond what the idle child has


DEFAULT = Limits()
