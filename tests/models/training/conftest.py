"""A corpus of tones and a network small enough to train in a second."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs requirements-model.txt")

from training.corpus import SAMPLE_RATE, Corpus, CorpusWriter, read_corpus  # noqa: E402

VOCABULARY = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3, "|": 4} | {
    letter: number for number, letter in enumerate("ETAOINHSRDLUMWCFGYPBVK'XJQZ", start=5)
}


@pytest.fixture(scope="session")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 utterances, half of them "human", whose letters are tones."""
    folder = tmp_path_factory.mktemp("corpus")
    writer = CorpusWriter(folder)
    rng = np.random.default_rng(1)
    for number in range(24):
        text = "".join(rng.choice(list("ABCD"), 4))
        t = np.arange(SAMPLE_RATE // 10) / SAMPLE_RATE
        notes = [np.sin(2 * np.pi * 300 * (1 + "ABCD".index(letter)) * t) for letter in text]
        sound = np.concatenate(notes).astype(np.float32)
        split = "dev-synthetic" if number < 2 else "train"
        writer.add(sound, split, text, voice="human" if number % 2 else "tone")
    writer.close()
    return folder


@pytest.fixture
def corpus(tones: Path) -> Corpus:
    return read_corpus(tones)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Wav2Vec2ForCTC folder of a few thousand weights, with a layer norm in every convolution."""
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        conv_dim=(8, 12, 16), conv_kernel=(10, 3, 2), conv_stride=(5, 2, 2), conv_bias=True,
        num_feat_extract_layers=3, feat_extract_norm="layer", do_stable_layer_norm=True,
        num_conv_pos_embeddings=8, num_conv_pos_embedding_groups=2, vocab_size=32,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny")
    Wav2Vec2ForCTC(config).save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(VOCABULARY))
    return folder
