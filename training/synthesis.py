"""Speech from text by the free synthesizers that Debian packages: espeak-ng, flite, festival."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

PACKAGES = {"espeak-ng": "espeak-ng", "flite": "flite", "text2wave": "festival", "ffmpeg": "ffmpeg"}
FESTIVAL_VOICES = {
    "cmu_us_slt_arctic_hts": "festvox-us-slt-hts",
    "kal_diphone": "festvox-kallpc16k",
    "ked_diphone": "festvox-kdlpc16k",
}
FESTIVAL_ROOT = Path("/usr/share/festival/voices")


class MissingToolError(RuntimeError):
    """A program or voice is not installed; the message names the packages that bring it."""


@dataclass(frozen=True, slots=True, order=True)
class Voice:
    """One voice of one synthesizer, by the name that the synthesizer gives it."""

    synthesizer: str  # espeak-ng, flite or festival
    name: str  # en-us+f2, slt, kal_diphone

    def __str__(self) -> str:
        return f"{self.synthesizer}/{self.name}"


def parse_voice(text: str) -> Voice:
    synthesizer, _, name = text.partition("/")
    return Voice(synthesizer, name)


def missing_packages(voices: Iterable[Voice], tools: Sequence[str] = ()) -> list[str]:
    """Debian packages that speaking with `voices` and running `tools` would still need."""
    voices = set(voices)
    needed = {PACKAGES[tool] for tool in tools if shutil.which(tool) is None}
    for synthesizer, tool in (
        ("espeak-ng", "espeak-ng"),
        ("flite", "flite"),
        ("festival", "text2wave"),
    ):
        if any(v.synthesizer == synthesizer for v in voices) and shutil.which(tool) is None:
            needed.add(PACKAGES[tool])
    for voice in voices:
        package = FESTIVAL_VOICES.get(voice.name)
        if voice.synthesizer == "festival" and not any(FESTIVAL_ROOT.glob(f"*/{voice.name}")):
            needed.add(package or f"the festival voice {voice.name}")
    return sorted(needed)


def require(voices: Iterable[Voice], tools: Sequence[str] = ()) -> None:
    """Raises MissingToolError with the command that would install what is missing."""
    if missing := missing_packages(voices, tools):
        raise MissingToolError(f"install first: apt-get install {' '.join(missing)}")


def speak(
    text: str, voice: Voice, rate: float, pitch: int = 50, sample_rate: int = 16_000
) -> NDArray[np.float32]:
    """The waveform (n,) of `text`.

    `rate` is words a minute for espeak-ng and a stretch of all durations for the others;
    `pitch` (0-99) is espeak-ng's alone.
    """
    with tempfile.TemporaryDirectory() as folder:
        wav, script = Path(folder, "speech.wav"), Path(folder, "speech.txt")
        script.write_text(" ".join(text.split()))
        commands = {
            "espeak-ng": [
                *("espeak-ng", "-v", voice.name, "-s", f"{rate:.0f}", "-p", str(pitch)),
                *("-f", str(script), "-w", str(wav)),
            ],
            "flite": [
                *("flite", "-voice", voice.name, "--setf", f"duration_stretch={rate:.3f}"),
                *("-f", str(script), "-o", str(wav)),
            ],
            "festival": [
                *("text2wave", "-eval", f"(voice_{voice.name})"),
                *("-eval", f"(Parameter.set 'Duration_Stretch {rate:.3f})"),
                *(str(script), "-o", str(wav)),
            ],
        }
        subprocess.run(commands[voice.synthesizer], check=True, capture_output=True, timeout=300)
        sound, original_rate = sf.read(wav, dtype="float32", always_2d=True)
    resampled: NDArray[np.float32] = soxr.resample(sound[:, 0], original_rate, sample_rate)
    return resampled.astype(np.float32)
