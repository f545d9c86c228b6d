"""Fingerprints of weights: 16 hexadecimal digits that change when any weight does."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RECORDED_AS = "earshot.fingerprint"
"""The metadata in which `scripts model export` records it, so that loading need not hash."""

DIGITS = 16


def of_weights(tensors: Mapping[str, Any], precision: str) -> str:
    """Of a torch state dict, computed at `precision`."""
    digest = hashlib.sha256(precision.encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:DIGITS]


def of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]


def joined(*marks: str) -> str:
    """One of several."""
    return hashlib.sha256("".join(marks).encode()).hexdigest()[:DIGITS]
