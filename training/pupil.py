"""A Wav2Vec2ForCTC in the shape of the teacher's encoder, and with its weights to begin from.

Most of the two networks is the same: three convolutions, layers with their norms before their
parts. What wav2vec2 does otherwise:

- The norm behind the first convolution is each channel's own, and a GELU follows where the teacher
  has none. A bias of LINEAR standard deviations holds nearly all of the GELU's input where it is a
  straight line; the second convolution takes bias and scale out again.
- A layer norm stands before the first layer. It changes how loud the front end's part of the
  residual stream is, nothing that a layer hears.
- No layer knows how far apart two frames are (the teacher turns queries and keys by their place).
  A convolution over the first layer's input tells places instead, and what queries and keys make
  of it has to be learnt anew.

The head, and layers beyond the teacher's, start afresh; those add nothing at first. A high rate of
learning spoils what was inherited, a low one is too slow for the rest: `kept` tells them apart.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.teacher import CHANNELS, HEADS, INNER, KERNELS, LAYERS, STRIDES, WIDTH

LINEAR = 5.0
PLACES, PLACE_GROUPS = 128, 18
PLACES_AT_FIRST = 0.5  # of what transformers draws
INHERITED_LOUDNESS = 3.0  # the front end's standard deviation over a frame, about


def kept(name: str) -> bool:
    """Whether the parameter of that name still means what it meant to the teacher."""
    if layer := re.search(r"encoder\.layers\.(\d+)\.", name):
        return int(layer[1]) < LAYERS and not re.search(r"[qk]_proj", name)
    return "pos_conv_embed" not in name and "lm_head" not in name


def pupil(
    weights: dict[str, Tensor], waveforms: Sequence[Tensor], settings: dict[str, Any], layers: int
) -> nn.Module:
    """The Wav2Vec2ForCTC; `settings` are a config.json's, less the shape.

    `waveforms`, (samples,) each at the teacher's level, tell how loud its channels are.
    """
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    shape = {
        "conv_dim": CHANNELS, "conv_kernel": KERNELS, "conv_stride": STRIDES, "conv_bias": True,
        "num_feat_extract_layers": len(CHANNELS), "feat_extract_norm": "group",
        "do_stable_layer_norm": True, "hidden_size": WIDTH, "intermediate_size": INNER,
        "output_hidden_size": WIDTH, "num_attention_heads": HEADS, "num_hidden_layers": layers,
        "num_conv_pos_embeddings": PLACES, "num_conv_pos_embedding_groups": PLACE_GROUPS,
    }  # fmt: skip
    model = Wav2Vec2ForCTC(Wav2Vec2Config(**(settings | shape)))
    inner = model.wav2vec2
    with torch.no_grad():
        _inherit_convolutions(inner.feature_extractor.conv_layers, weights, waveforms)
        inner.feature_projection.projection.weight.copy_(INHERITED_LOUDNESS * torch.eye(WIDTH))
        inner.feature_projection.projection.bias.zero_()
        places = inner.encoder.pos_conv_embed.conv
        lengths, directions = (
            getattr(places.parametrizations.weight, f"original{n}") for n in (0, 1)
        )
        lengths.copy_(PLACES_AT_FIRST * directions.norm(dim=(0, 1), keepdim=True))
        places.bias.zero_()
        for number, layer in enumerate(inner.encoder.layers):
            if number < LAYERS:
                _inherit_layer(layer, weights, f"layers.{number}.")
            else:
                layer.attention.out_proj.weight.zero_()
                layer.feed_forward.output_dense.weight.zero_()
        inner.encoder.layer_norm.weight.copy_(weights["layer_norm.weight"])
    return model


def _loudness(weights: dict[str, Tensor], waveforms: Sequence[Tensor]) -> Tensor:
    """(channels,): the first convolution's standard deviations over that of all channels."""
    shares = []
    for waveform in waveforms:
        heard = nn.functional.conv1d(
            waveform[None, None], weights["conv1.weight"], stride=STRIDES[0]
        ).tanh()
        shares.append(heard.std(dim=-1)[0] / heard.std())
    return torch.stack(shares).mean(0)


def _inherit_convolutions(
    layers: nn.ModuleList, weights: dict[str, Tensor], waveforms: Sequence[Tensor]
) -> None:
    first, second, third = layers
    first.conv.weight.copy_(weights["conv1.weight"])
    first.conv.bias.zero_()
    first.layer_norm.weight.fill_(1.0)
    first.layer_norm.bias.fill_(LINEAR)
    scale = _loudness(weights, waveforms) * weights["groupnorm.weight"]
    scaled = weights["conv2.weight"] * scale[None, :, None]
    shift = weights["conv2.weight"] * weights["groupnorm.bias"][None, :, None] - LINEAR * scaled
    second.conv.weight.copy_(scaled)
    second.conv.bias.copy_(weights["conv2.bias"] + shift.sum(dim=(1, 2)))
    third.conv.weight.copy_(weights["conv3.weight"])
    third.conv.bias.copy_(weights["conv3.bias"])


def _inherit_layer(layer: nn.Module, weights: dict[str, Tensor], name: str) -> None:
    attention, forward = layer.attention, layer.feed_forward
    for part, theirs in (
        (attention.q_proj, "self_attn.q_proj"),
        (attention.k_proj, "self_attn.k_proj"),
        (attention.v_proj, "self_attn.v_proj"),
        (attention.out_proj, "self_attn.o_proj"),
        (layer.layer_norm, "input_layernorm"),
        (layer.final_layer_norm, "post_attention_layernorm"),
        (forward.intermediate_dense, "mlp.fc1"),
        (forward.output_dense, "mlp.fc2"),
    ):
        part.weight.copy_(weights[f"{name}{theirs}.weight"])
        bias = weights.get(f"{name}{theirs}.bias")
        part.bias.zero_() if bias is None else part.bias.copy_(bias)


def write(model: nn.Module, beside: Path, out: Path) -> None:
    """The folder `out`; the files that say how text is spelled are those of the folder `beside`."""
    import shutil

    model.save_pretrained(out)
    for name in ("vocab.json", "processor_config.json", "tokenizer_config.json"):
        if (beside / name).exists():
            shutil.copyfile(beside / name, out / name)
