"""The operations that `bench bulk` counts are those that torch does."""

import json
from pathlib import Path

import pytest

from scripts.bench.flops import flops


@pytest.mark.parametrize("seconds", [1.0, 7.3])
def test_operations_are_counted_as_torch_counts_them(tmp_path: Path, seconds: float) -> None:
    torch = pytest.importorskip("torch")
    from torch.utils.flop_counter import FlopCounterMode
    from transformers import Wav2Vec2ForCTC

    from scripts.model.random import write

    write("tiny-group", tmp_path)
    model = Wav2Vec2ForCTC.from_pretrained(tmp_path, attn_implementation="eager")
    positions = model.wav2vec2.encoder.pos_conv_embed.conv
    torch.nn.utils.parametrize.remove_parametrizations(positions, "weight")  # the counter trips
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, round(seconds * 16_000)))
    config = json.loads((tmp_path / "config.json").read_text())
    assert flops(config, [seconds]) == pytest.approx(counter.get_total_flops(), rel=0.01)
