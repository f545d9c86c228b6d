"""The input format of a wav2vec2 model, read from config.json and its preprocessor's file."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import ModelError
from earshot.speech.engine import Waveform
from earshot.speech.files import read_json

_EPSILON = 1e-7  # Wav2Vec2FeatureExtractor.zero_mean_unit_var_norm


@dataclass(frozen=True, slots=True)
class Acoustics:
    """Frames, normalisation and the feature encoder's norm.

    `hop`: samples between the starts of two frames.
    `field`: the receptive field, in samples: what one frame depends on.
    `normalise`: scale the waveform to zero mean and unit variance first.
    `group_norm`: the first convolution is normalised over time, so padding would change the text.
    """

    hop: int
    field: int
    normalise: bool
    group_norm: bool

    def frames(self, samples: int) -> int:
        """How many frames the model computes for a waveform of `samples` samples."""
        return max(0, (samples - self.field) // self.hop + 1)

    def prepare(self, waveform: Waveform) -> Waveform:
        """The model's input for `waveform` (samples,), 16 kHz: padded to at least one frame.

        Normalised where the model's settings ask for it, as transformers'
        Wav2Vec2FeatureExtractor does.
        """
        if len(waveform) < self.field:
            waveform = np.pad(waveform, (0, self.field - len(waveform)))
        if not self.normalise:
            return waveform.astype(np.float32, copy=False)
        mean = waveform.mean(dtype=np.float64)
        deviation = np.sqrt(waveform.var(dtype=np.float64) + _EPSILON)
        return ((waveform - np.float32(mean)) / np.float32(deviation)).astype(np.float32)


def read_acoustics(folder: Path) -> Acoustics:
    """Raises ModelError if the folder's config is not one of a Wav2Vec2 CTC model at 16 kHz."""
    config = read_json(folder / "config.json")
    architectures = config.get("architectures") or []
    if config.get("model_type") != "wav2vec2" or "Wav2Vec2ForCTC" not in architectures:
        kind = ", ".join(architectures) or config.get("model_type") or "unknown"
        raise ModelError(f"Not a Wav2Vec2 CTC model: found {kind}, expected Wav2Vec2ForCTC.")
    if config.get("add_adapter"):
        raise ModelError(
            "Models with an adapter behind the encoder (add_adapter) aren't supported."
        )
    features = _features(folder)
    if features.get("sampling_rate", SAMPLE_RATE) != SAMPLE_RATE:
        raise ModelError(f"The model expects {features['sampling_rate']} Hz audio, not 16,000 Hz.")
    kernels, strides = config.get("conv_kernel"), config.get("conv_stride")
    if not kernels or not strides or len(kernels) != len(strides):
        raise ModelError("config.json does not give the shape of the feature encoder.")
    # The receptive field of stacked convolutions, from the last to the first.
    field = 1
    for kernel, stride in zip(reversed(kernels), reversed(strides), strict=True):
        field = (field - 1) * stride + kernel
    return Acoustics(
        hop=math.prod(strides),
        field=field,
        normalise=bool(features.get("do_normalize", True)),
        group_norm=config.get("feat_extract_norm", "group") == "group",
    )


def _features(folder: Path) -> dict[str, Any]:
    """The feature extractor's settings: preprocessor_config.json, or newer processor_config.json"""
    if (folder / "preprocessor_config.json").exists():
        return read_json(folder / "preprocessor_config.json")
    if (folder / "processor_config.json").exists():
        nested = read_json(folder / "processor_config.json").get("feature_extractor", {})
        return nested if isinstance(nested, dict) else {}
    return {}
