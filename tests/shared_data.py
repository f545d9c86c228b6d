"""Real speech and odd files that lie beside this checkout on some machines, and nowhere else."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
COMMON_VOICE = SHARED / "common_voice"

needs_common_voice = pytest.mark.skipif(
    not COMMON_VOICE.is_dir(), reason="the Common Voice clips are not on this machine"
)
