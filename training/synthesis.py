"""Speech synthesis by free programs: Debian's, RHVoice, and neural voices from packages."""

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

from earshot.errors import InputError
from training import neural_voices

PACKAGES = {
    "espeak-ng": "espeak-ng",
    "flite": "flite",
    "text2wave": "festival",
    "pico2wave": "libttspico-utils",
    "ffmpeg": "ffmpeg",
}
PROGRAMS = {
    "espeak-ng": "espeak-ng",
    "flite": "flite",
    "festival": "text2wave",
    "pico": "pico2wave",
}
FESTIVAL_VOICES = {
    "cmu_us_slt_arctic_hts": "festvox-us-slt-hts",
    "kal_diphone": "festvox-kallpc16k",
    "ked_diphone": "festvox-kdlpc16k",
}
FESTIVAL_ROOT = Path("/usr/share/festival/voices")
RHVOICE = (
    "RHVoice with its English voices and ksp (https://github.com/RHVoice; "
    "Debian's rhvoice-english has all but ksp)"
)
RHVOICE_ROOTS = (Path("/usr/local/share/RHVoice"), Path("/usr/share/RHVoice"))


class MissingToolError(InputError):
    """A program or voice is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True, order=True)
class Voice:
    """One voice of one synthesizer, by the synthesizer's name for it."""

    synthesizer: str  # espeak-ng, flite, festival, rhvoice, pico, kokoro or piper
    name: str  # en-us+f2, slt, kal_diphone, bdl, en-GB, af_heart, joe

    def __str__(self) -> str:
        return f"{self.synthesizer}/{self.name}"


def missing_packages(voices: Iterable[Voice], tools: Sequence[str] = ()) -> list[str]:
    """The Debian packages to install for `voices` and `tools`."""
    voices = set(voices)
    needed = {PACKAGES[tool] for tool in tools if shutil.which(tool) is None}
    for synthesizer, tool in PROGRAMS.items():
        if any(v.synthesizer == synthesizer for v in voices) and shutil.which(tool) is None:
            needed.add(PACKAGES[tool])
    for voice in voices:
        package = FESTIVAL_VOICES.get(voice.name)
        if voice.synthesizer == "festival" and not any(FESTIVAL_ROOT.glob(f"*/{voice.name}")):
            needed.add(package or f"the festival voice {voice.name}")
    return sorted(needed)


def require(voices: Iterable[Voice], tools: Sequence[str] = ()) -> None:
    """Raises MissingToolError if something for `voices` or `tools` is not installed."""
    voices = set(voices)
    packages = missing_packages(voices, tools)
    ways = [f"apt-get install {' '.join(packages)}"] if packages else []
    spoken = [v.name for v in voices if v.synthesizer == "rhvoice"]
    installed = all(any((root / "voices" / n).exists() for root in RHVOICE_ROOTS) for n in spoken)
    if spoken and not (installed and shutil.which("RHVoice-test")):
        ways.append(f"{RHVOICE}, or leave it out with --no-rhvoice")
    neural = {v.synthesizer for v in voices} & neural_voices.PACKAGES.keys()
    if ways_to_neural := {way for name in neural for way in neural_voices.missing(name)}:
        ways.append(f"{', '.join(sorted(ways_to_neural))}, or leave them out with --no-neural")
    if ways:
        raise MissingToolError(f"Not everything is installed. Install: {'; '.join(ways)}")


def speak(
    text: str,
    voice: Voice,
    rate: float,
    pitch: int = 50,
    size: float = 1.0,
    sample_rate: int = 16_000,
) -> NDArray[np.float32]:
    """`text` as a waveform (n,) at `sample_rate` Hz.

    `rate`: words per minute for espeak-ng, a factor on all durations for the others.
    `pitch`: 0-99, for espeak-ng only.
    `size`: the speaker's size, not for espeak-ng: frequencies are divided by it, durations stay.

    Raises CalledProcessError or TimeoutExpired if the synthesizer fails.
    """
    stretch = rate / size
    if voice.synthesizer == "kokoro":
        return neural_voices.speak_kokoro(text, voice.name, stretch, sample_rate * size)
    if voice.synthesizer == "piper":
        return neural_voices.speak_piper(text, stretch, sample_rate * size)
    with tempfile.TemporaryDirectory() as folder:
        wav, script = Path(folder, "speech.wav"), Path(folder, "speech.txt")
        script.write_text(" ".join(text.split()))
        commands = {
            "espeak-ng": [
                *("espeak-ng", "-v", voice.name, "-s", f"{rate:.0f}", "-p", str(pitch)),
                *("-f", str(script), "-w", str(wav)),
            ],
            "flite": [
                *("flite", "-voice", voice.name, "--setf", f"duration_stretch={stretch:.3f}"),
                *("-f", str(script), "-o", str(wav)),
            ],
            "festival": [
                *("text2wave", "-eval", f"(voice_{voice.name})"),
                *("-eval", f"(Parameter.set 'Duration_Stretch {stretch:.3f})"),
                *(str(script), "-o", str(wav)),
            ],
            "pico": [
                *("pico2wave", "-l", voice.name, "-w", str(wav)),
                f"<speed level='{100 / stretch:.0f}'>{' '.join(text.split())}</speed>",
            ],
            "rhvoice": [
                *("RHVoice-test", "-p", voice.name, "-r", f"{100 / stretch:.0f}"),
                *("-i", str(script), "-o", str(wav)),
            ],
        }
        subprocess.run(commands[voice.synthesizer], check=True, capture_output=True, timeout=300)
        sound, original_rate = sf.read(wav, dtype="float32", always_2d=True)
    resampled: NDArray[np.float32] = soxr.resample(sound[:, 0], original_rate, sample_rate * size)
    return resampled.astype(np.float32)
