"""What is heard does not depend on how new the processor is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jiwer
import pytest

from earshot.speech import saturation
from scripts.bench.older_processor import Instructions, NotHere, environment
from tests.unit.speech.models import ROOT, SAMPLES

FILES = sorted(SAMPLES.glob("*.mp3"), key=lambda path: path.stat().st_size)[:4]


LARGEST = """
import sys
from pathlib import Path
import numpy as np
from earshot.speech import saturation, sessions

path = Path(sys.argv[1])
path.write_bytes(saturation.LARGEST_PRODUCTS)
session = sessions.open_session(path, 1)
(products,) = session.run(None, {"activations": np.full((3, saturation.ROWS), 255, np.uint8)})
print(saturation.products_saturate(), products.min(), products.max())
"""


def run(instructions: Instructions, *arguments: str) -> str:
    """What Python prints in a process that finds only such instructions."""
    try:
        hidden = environment(instructions)
    except NotHere as reason:
        pytest.skip(str(reason))
    told = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=True,
        env=os.environ | hidden | {"PYTHONPATH": str(ROOT / "lambdas")},
    )  # fmt: skip
    return told.stdout


@pytest.mark.parametrize("instructions", ["all", "avx512", "avx2"])
def test_the_largest_products_are_exact_on_every_processor(
    tmp_path: Path, instructions: Instructions
) -> None:
    saturates, *products = run(instructions, "-c", LARGEST, str(tmp_path / "largest.onnx")).split()
    exact = str(saturation.ROWS * saturation.LARGEST_ACTIVATION * saturation.LARGEST_WEIGHT)
    assert products == [exact, exact]
    assert saturates == "True" or instructions != "avx2"


def shown(instructions: Instructions) -> list[str]:
    """The words of each of FILES."""
    command = ["-m", "earshot", "transcribe", "--format", "json", *map(str, FILES)]
    return [json.loads(line)["text"] for line in run(instructions, *command).splitlines()]


def test_a_processor_without_int8_dot_products_makes_the_same_words_but_for_rounding():
    here = shown("all")
    assert sum(len(text.split()) for text in here) > 60
    assert jiwer.wer(here, shown("avx2")) < 0.1  # a fifth where products saturate
