"""Sounds and files for the tests, made on the spot."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

from earshot.audio.decode import decode

ROOT = Path(__file__).resolve().parents[3]

RATE = 16_000


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0) -> npt.NDArray[np.float32]:
    time = np.arange(round(seconds * rate)) / rate
    return (0.4 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write(path: Path, samples: npt.NDArray[np.float32], rate: int, subtype: str | None = None,
          format: str | None = None) -> Path:  # fmt: skip # noqa: A002
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    with soundfile.SoundFile(path, "w", rate, channels, subtype=subtype, format=format) as file:
        # In pieces: libsndfile crashes at long ones in Vorbis.
        for start in range(0, len(samples), 1 << 14):
            file.write(samples[start : start + (1 << 14)])
    return path


def encode(path: Path, codec: str, samples: npt.NDArray[np.float32], rate: int) -> Path:
    """Writes mono `samples` through FFmpeg, in the container that the suffix names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 96_000
        whole = av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        whole.sample_rate = rate
        for frame in av.AudioResampler(
            stream.format, "mono", rate, frame_size=stream.codec_context.frame_size or 1024
        ).resample(whole):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def speech(name: str = "moon-facts.mp3", seconds: float = 6.0) -> npt.NDArray[np.float32]:
    """The beginning of one of the project's own recordings, at RATE."""
    waveform: npt.NDArray[np.float32] = decode(ROOT / "samples" / name).waveform
    return waveform[: round(seconds * RATE)]


def encode_at(
    path: Path,
    codec: str,
    samples: npt.NDArray[np.float32],
    rate: int,
    later: Callable[[float], float] = lambda seconds: 0.0,
    options: dict[str, str] | None = None,
) -> Path:
    """As `encode`, of one track for each row of `samples`; packets at a time are put off by `later`
    seconds, as where clips were joined without encoding them again.
    """
    with av.open(str(path), "w", options=options or {}) as container:
        tracks = []
        for track in np.atleast_2d(samples):
            stream = container.add_stream(codec, rate=rate, layout="mono")
            stream.bit_rate = 64_000
            tracks.append((stream, track))
        for stream, track in tracks:
            whole = av.AudioFrame.from_ndarray(track[None], format="fltp", layout="mono")
            whole.sample_rate, whole.pts, whole.time_base = rate, 0, Fraction(1, rate)
            frame_size = stream.codec_context.frame_size or 1024
            resampler = av.AudioResampler(stream.format, "mono", rate, frame_size=frame_size)
            for frame in [*resampler.resample(whole), None]:
                for packet in stream.encode(frame):
                    if packet.pts is not None:
                        seconds = later(float(packet.pts * packet.time_base))
                        packet.pts += round(seconds / packet.time_base)
                        packet.dts = packet.pts
                    container.mux(packet)
    return path


def likeness(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """The correlation of two waveforms, as far as both go: 1 if they are the same sound."""
    both = min(len(one), len(other))
    return float(np.corrcoef(one[:both], other[:both])[0, 1])


def lag(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> int:
    """How many samples later `other` begins within `one`, where the two are most alike."""
    size = len(one) + len(other)
    spectrum = np.fft.rfft(one, size) * np.fft.rfft(other, size).conj()
    return int(np.fft.irfft(spectrum, size)[: len(one)].argmax())
