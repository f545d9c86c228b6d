"""The student: a Wav2Vec2ForCTC with the shape and, at the start, the weights of the teacher.

Most of the two networks is the same: three convolutions, and layers with their norms first. These
parts of wav2vec2 differ:

- The norm after the first convolution normalises each channel by itself, and a GELU follows that
  the teacher lacks. A bias of GELU_OFFSET_SD standard deviations puts nearly all of the GELU's
  input where it is linear. The second convolution removes bias and scale again.
- A layer norm comes before the first layer. It scales every frame of the feature encoder's part of
  the residual stream to the same standard deviation.
- Layers have no relative positions. Products of queries and keys approximate the teacher's rotary
  ones, with sinusoids of the position as additional channels of the residual stream
  (training/positions.py). wav2vec2's positional convolution writes them. Over a constant channel, a
  kernel that reaches back to the start of the recording gives a sum that only depends on the
  position. A GELU follows there, too.

The head and layers beyond the teacher's start from random weights; these layers add nothing at
first. A high learning rate spoils inherited weights and a low one is too slow for the others, so
`share_of_rate` separates them.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.positions import CHANNELS as POSITION_CHANNELS
from training.positions import (
    RelativePositions,
    fit_relative_positions,
    queries_and_keys,
    sinusoids,
)
from training.teacher import CHANNELS, HEADS, INNER, KERNELS, LAYERS, STRIDES, WIDTH, Teacher

GELU_OFFSET_SD = 5.0  # of a channel after the first norm, in standard deviations
MAX_POSITIONS = 1280  # in frames: 30.7 s; later frames have the last position
SINUSOID_AMPLITUDE = 2.0  # small, so that norms depend on the other channels
FRONT_END_RATE = 0.2  # of the inherited weights' learning rate
GELU_OFFSET = 6.0  # of the positional convolution's output: there GELU is linear
STUDENT_WIDTH = WIDTH + POSITION_CHANNELS  # the residual stream's width
HEAD_WIDTH = STUDENT_WIDTH // HEADS


def share_of_rate(name: str, inherited: float) -> float:
    """The share of the learning rate for the parameter `name` of a student.

    Weights with the teacher's function get the share `inherited`. The feature encoder and what
    else comes before the layers get a fifth of that, because all layers depend on them. The head,
    added layers, and queries and keys, which are only approximations, get the whole rate.
    """
    if layer := re.search(r"encoder\.layers\.(\d+)\.", name):
        kept = int(layer[1]) < LAYERS and not re.search(r"[qk]_proj", name)
        return inherited if kept else 1.0
    if "lm_head" in name:
        return 1.0
    return inherited if "encoder.layer_norm" in name else inherited * FRONT_END_RATE


def student(
    weights: dict[str, Tensor], waveforms: Sequence[Tensor], settings: dict[str, Any], layers: int
) -> nn.Module:
    """A Wav2Vec2ForCTC with `layers` layers; `settings` are those of a config.json.

    `weights` are the teacher's (read_weights); the shape in `settings` is replaced by its shape.
    `waveforms`, of shape (samples,) at the teacher's level, are used to measure the teacher's
    channels and to fit its heads.
    """
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    shape = {
        "conv_dim": CHANNELS, "conv_kernel": KERNELS, "conv_stride": STRIDES, "conv_bias": True,
        "num_feat_extract_layers": len(CHANNELS), "feat_extract_norm": "group",
        "do_stable_layer_norm": True, "hidden_size": STUDENT_WIDTH, "intermediate_size": INNER,
        "output_hidden_size": STUDENT_WIDTH, "num_attention_heads": HEADS,
        "num_hidden_layers": layers,
        "num_conv_pos_embeddings": 2 * MAX_POSITIONS,
        "num_conv_pos_embedding_groups": STUDENT_WIDTH,
    }  # fmt: skip
    model = Wav2Vec2ForCTC(Wav2Vec2Config(**(settings | shape)))
    inner = model.wav2vec2
    teacher = Teacher(weights)
    fitted = fit_relative_positions(teacher, weights, list(waveforms))
    input_sd = _norm_input_sd(teacher, waveforms)
    with torch.no_grad():
        _inherit_convolutions(inner.feature_extractor.conv_layers, weights, waveforms)
        projection = inner.feature_projection.projection
        projection.weight.zero_()
        projection.weight[:WIDTH] = input_sd["layers.0.input_layernorm"] * torch.eye(WIDTH)
        _write_positions(projection, inner.encoder.pos_conv_embed.conv)
        for number, layer in enumerate(inner.encoder.layers):
            if number < LAYERS:
                name = f"layers.{number}."
                _inherit_layer(layer, weights, name, input_sd)
                _write_queries_and_keys(layer.attention, fitted[number], weights, name)
            else:
                layer.attention.out_proj.weight.zero_()
                layer.feed_forward.output_dense.weight.zero_()
        _inherit_norm(
            inner.encoder.layer_norm, weights["layer_norm.weight"], input_sd["layer_norm"]
        )
    return model


@torch.no_grad()  # type: ignore[untyped-decorator]
def _norm_input_sd(teacher: Teacher, waveforms: Sequence[Tensor]) -> dict[str, float]:
    """The standard deviation over the channels of each of the teacher's layer norms' input.

    It is a harmonic mean over frames, by the norm's name.
    """
    inverse: dict[str, list[Tensor]] = {}
    hooks = [
        norm.register_forward_pre_hook(
            lambda module, given, name=name: inverse.setdefault(name, []).append(
                1 / given[0].std(dim=-1).flatten()
            )
        )
        for name, norm in teacher.encoder.named_modules()
        if isinstance(norm, nn.LayerNorm)
    ]
    for waveform in waveforms:
        teacher.encoder(waveform[None])
    for hook in hooks:
        hook.remove()
    return {name: float(1 / torch.cat(parts).mean()) for name, parts in inverse.items()}


def _write_positions(projection: nn.Linear, convolution: nn.Conv1d) -> None:
    """Makes `projection` add constant channels; `convolution` turns these into sinusoids."""
    constant = -(SINUSOID_AMPLITUDE + GELU_OFFSET)
    projection.bias[:WIDTH], projection.bias[WIDTH:] = 0.0, constant
    table = SINUSOID_AMPLITUDE * sinusoids(MAX_POSITIONS + 1).double()
    steps = torch.diff(table, dim=0, prepend=torch.zeros(1, POSITION_CHANNELS)) / constant
    taps = torch.zeros(STUDENT_WIDTH, 1, 2 * MAX_POSITIONS)
    taps[WIDTH:, 0, : MAX_POSITIONS + 1] = steps.flip(0).T
    convolution.bias[:WIDTH], convolution.bias[WIDTH:] = 0.0, -constant
    lengths, directions = (
        getattr(convolution.parametrizations.weight, f"original{n}") for n in (0, 1)
    )
    length = taps.norm(dim=(0, 1), keepdim=True)
    lengths.copy_(length)
    directions.copy_(torch.where(length > 0, taps, 1.0))


def _relative_channel_sd(weights: dict[str, Tensor], waveforms: Sequence[Tensor]) -> Tensor:
    """(channels,): standard deviations of the first convolution's channels, relative to all."""
    shares = []
    for waveform in waveforms:
        features = nn.functional.conv1d(
            waveform[None, None], weights["conv1.weight"], stride=STRIDES[0]
        ).tanh()
        shares.append(features.std(dim=-1)[0] / features.std())
    return torch.stack(shares).mean(0)


def _inherit_convolutions(
    layers: nn.ModuleList, weights: dict[str, Tensor], waveforms: Sequence[Tensor]
) -> None:
    first, second, third = layers
    first.conv.weight.copy_(weights["conv1.weight"])
    first.conv.bias.zero_()
    first.layer_norm.weight.fill_(1.0)
    first.layer_norm.bias.fill_(GELU_OFFSET_SD)
    scale = _relative_channel_sd(weights, waveforms) * weights["groupnorm.weight"]
    scaled = weights["conv2.weight"] * scale[None, :, None]
    shift = (
        weights["conv2.weight"] * weights["groupnorm.bias"][None, :, None] - GELU_OFFSET_SD * scaled
    )
    second.conv.weight.copy_(scaled)
    second.conv.bias.copy_(weights["conv2.bias"] + shift.sum(dim=(1, 2)))
    third.conv.weight.copy_(weights["conv3.weight"])
    third.conv.bias.copy_(weights["conv3.bias"])


def _inherit_layer(
    layer: nn.Module, weights: dict[str, Tensor], name: str, input_sd: dict[str, float]
) -> None:
    """Copies all but queries and keys.

    The mean over the channels is removed from what a layer adds to the residual stream. The
    teacher's norms would remove it; the student's also normalise over the sinusoids, and would not.
    """
    attention, feed_forward = layer.attention, layer.feed_forward
    own = WIDTH // HEADS
    v_proj, out_proj = attention.v_proj, attention.out_proj
    v_proj.weight.view(HEADS, HEAD_WIDTH, STUDENT_WIDTH)[:, :own] = 0.0
    v_proj.weight.view(HEADS, HEAD_WIDTH, STUDENT_WIDTH)[:, :own, :WIDTH] = weights[
        f"{name}self_attn.v_proj.weight"
    ].view(HEADS, own, WIDTH)
    v_proj.bias.zero_()
    teachers = _centred(weights[f"{name}self_attn.o_proj.weight"])
    out_proj.weight.zero_()
    out_proj.weight.view(STUDENT_WIDTH, HEADS, HEAD_WIDTH)[:WIDTH, :, :own] = teachers.view(
        WIDTH, HEADS, own
    )
    out_proj.bias.zero_()
    intermediate, output = feed_forward.intermediate_dense, feed_forward.output_dense
    intermediate.weight.zero_()
    intermediate.weight[:, :WIDTH] = weights[f"{name}mlp.fc1.weight"]
    intermediate.bias.copy_(weights[f"{name}mlp.fc1.bias"])
    output.weight.zero_()
    output.weight[:WIDTH] = _centred(weights[f"{name}mlp.fc2.weight"])
    output.bias.zero_()
    output.bias[:WIDTH] = _centred(weights[f"{name}mlp.fc2.bias"])
    for norm, inherited in (
        (layer.layer_norm, f"{name}input_layernorm"),
        (layer.final_layer_norm, f"{name}post_attention_layernorm"),
    ):
        _inherit_norm(norm, weights[f"{inherited}.weight"], input_sd[inherited])


def _write_queries_and_keys(
    attention: nn.Module, fitted: RelativePositions, weights: dict[str, Tensor], name: str
) -> None:
    queries, keys = queries_and_keys(fitted, weights, name, HEAD_WIDTH)
    for part, matrix in ((attention.q_proj, queries), (attention.k_proj, keys)):
        part.weight.copy_(matrix)
        part.bias.zero_()


def _inherit_norm(norm: nn.LayerNorm, gain: Tensor, input_sd: float) -> None:
    """A norm over the teacher's channels, of standard deviation `input_sd`, and the sinusoids."""
    sinusoid_variance = SINUSOID_AMPLITUDE**2 / 2
    whole = ((WIDTH * input_sd**2 + POSITION_CHANNELS * sinusoid_variance) / STUDENT_WIDTH) ** 0.5
    norm.weight[:WIDTH] = gain * whole / input_sd
    norm.weight[WIDTH:] = whole / SINUSOID_AMPLITUDE
    norm.bias.zero_()


def _centred(weights: Tensor) -> Tensor:
    """`weights` (channels, ...) without their mean over the channels."""
    return weights - weights.mean(dim=0, keepdim=True)


def write(model: nn.Module, tokenizer_folder: Path, out: Path) -> None:
    """Writes the folder `out`, with the tokenizer's files of the folder `tokenizer_folder`."""
    import shutil

    model.save_pretrained(out)
    for name in ("vocab.json", "processor_config.json", "tokenizer_config.json"):
        if (tokenizer_folder / name).exists():
            shutil.copyfile(tokenizer_folder / name, out / name)
