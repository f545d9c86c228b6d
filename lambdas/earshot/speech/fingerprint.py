"""Fingerprints of models: 16 hexadecimal digits (of SHA-256) that change with any weight."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earshot.speech.files import WEIGHTS_SUFFIX

FINGERPRINT_KEY = "earshot.fingerprint"
"""ONNX metadata key for the fingerprint, so that loading need not hash the weights."""

NAME_KEY = "earshot.model"
"""ONNX metadata key for the model's name: its hub id, or its folder's name."""

DIGITS = 16


def of_weights(tensors: Mapping[str, Any], precision: str) -> str:
    """The fingerprint of a torch state dict that is run at `precision`."""
    digest = hashlib.sha256(precision.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:DIGITS]


def of_file(path: Path) -> str:
    """The fingerprint of a weights file and, for ONNX, of its external weights."""
    digest = hashlib.sha256()
    for part in (path, path.with_name(path.name + WEIGHTS_SUFFIX)):
        if part.is_file():
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:DIGITS]


def joined(*fingerprints: str) -> str:
    """One fingerprint made from several."""
    return hashlib.sha256("".join(fingerprints).encode()).hexdigest()[:DIGITS]
