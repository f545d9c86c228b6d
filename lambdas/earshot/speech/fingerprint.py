"""Fingerprints of weights: 16 hexadecimal digits that change when any weight does."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from earshot.speech.files import BESIDE

RECORDED_AS = "earshot.fingerprint"
"""The metadata in which `scripts model export` records it, so that loading need not hash."""

NAMED_AS = "earshot.model"
"""The metadata in which it records what people call the model: its hub id, or its folder."""

DIGITS = 16


def of_weights(tensors: Mapping[str, Any], precision: str) -> str:
    """Of a torch state dict, computed at `precision`."""
    digest = hashlib.sha256(precision.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:DIGITS]


def of_file(path: Path) -> str:
    """Of a weights file, and of the one beside it that an ONNX graph may keep its weights in."""
    digest = hashlib.sha256()
    for part in (path, path.with_name(path.name + BESIDE)):
        if part.is_file():
            with part.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:DIGITS]


def joined(*marks: str) -> str:
    """One of several."""
    return hashlib.sha256("".join(marks).encode()).hexdigest()[:DIGITS]
