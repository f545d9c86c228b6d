"""Models of a published shape with random weights, to measure speed and memory without the hub."""

import json
from pathlib import Path

import torch
from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

from scripts import ROOT

# The shape-giving fields of the published config.json files.
SHAPES: dict[str, dict[str, object]] = {
    "base-960h": {
        "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
        "intermediate_size": 3072, "feat_extract_norm": "group", "conv_bias": False,
        "do_stable_layer_norm": False,
    },
    "large-960h": {
        "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
        "intermediate_size": 4096, "feat_extract_norm": "group", "conv_bias": False,
        "do_stable_layer_norm": False,
    },
    "large-960h-lv60-self": {
        "hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16,
        "intermediate_size": 4096, "feat_extract_norm": "layer", "conv_bias": True,
        "do_stable_layer_norm": True,
    },
    # Small enough for tests, of both kinds of norm.
    "tiny-group": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 64, "feat_extract_norm": "group", "conv_bias": False,
        "do_stable_layer_norm": False, "conv_dim": [16] * 7, "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
    },
    "tiny-layer": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
        "intermediate_size": 64, "feat_extract_norm": "layer", "conv_bias": True,
        "do_stable_layer_norm": True, "conv_dim": [16] * 7, "num_conv_pos_embeddings": 16,
        "num_conv_pos_embedding_groups": 4,
    },
}  # fmt: skip


def write(shape: str, out: Path, seed: int = 0) -> None:
    """Writes a Wav2Vec2ForCTC folder with random weights and the demo model's vocabulary."""
    torch.manual_seed(seed)
    config = Wav2Vec2Config(vocab_size=32, pad_token_id=0, **SHAPES[shape])
    config.architectures = ["Wav2Vec2ForCTC"]
    model = Wav2Vec2ForCTC(config).eval()
    model.save_pretrained(out)
    demo = ROOT / "models" / "demo"
    for name in ("vocab.json", "tokenizer_config.json"):
        (out / name).write_text((demo / name).read_text())
    masked = SHAPES[shape]["feat_extract_norm"] == "layer"  # as the published models have it
    features = {
        "do_normalize": True,
        "feature_extractor_type": "Wav2Vec2FeatureExtractor",
        "feature_size": 1,
        "padding_side": "right",
        "padding_value": 0.0,
        "return_attention_mask": masked,
        "sampling_rate": 16_000,
    }
    (out / "preprocessor_config.json").write_text(json.dumps(features, indent=2))
