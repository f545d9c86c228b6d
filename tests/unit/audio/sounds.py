"""Sounds and files for the tests, made on the spot."""

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import soundfile

RATE = 16_000


def tone(seconds: float, rate: int = RATE, hertz: float = 440.0) -> npt.NDArray[np.float32]:
    time = np.arange(round(seconds * rate)) / rate
    return (0.4 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write(path: Path, samples: npt.NDArray[np.float32], rate: int, subtype: str | None = None,
          format: str | None = None) -> Path:  # fmt: skip # noqa: A002
    soundfile.write(path, samples, rate, subtype=subtype, format=format)
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
