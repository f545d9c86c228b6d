"""A writer of Moonshine's family with random weights: for tests, where no other is."""

import json
from pathlib import Path

import torch
from transformers import MoonshineConfig, MoonshineForConditionalGeneration

PIECES = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), ".", ",", "▁a", "b"]


def write(out: Path, seed: int = 0) -> None:
    """Writes a MoonshineForConditionalGeneration folder of some 60,000 weights."""
    torch.manual_seed(seed)
    config = MoonshineConfig(
        vocab_size=len(PIECES), hidden_size=32, intermediate_size=64,
        encoder_num_hidden_layers=2, decoder_num_hidden_layers=2,
        encoder_num_attention_heads=2, decoder_num_attention_heads=2,
        initializer_range=0.3, pad_token_id=2,
    )  # fmt: skip
    model = MoonshineForConditionalGeneration(config)
    for name, weights in model.named_parameters():
        if weights.dim() == 1:  # of norms and biases: fresh ones are alike, which training ends
            torch.nn.init.normal_(weights, mean=float(name.endswith("weight")), std=0.1)
    model.save_pretrained(out)
    vocabulary = {piece: number for number, piece in enumerate(PIECES)}
    tokenizer = {"model": {"type": "BPE", "vocab": vocabulary}, "added_tokens": []}
    (out / "tokenizer.json").write_text(json.dumps(tokenizer), "utf-8")
