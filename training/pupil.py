"""A Wav2Vec2ForCTC in the shape of the teacher's encoder, and with its weights to begin from.

Most of the two networks is the same: three convolutions, layers with their norms before their
parts. What wav2vec2 does otherwise:

- The norm behind the first convolution is each channel's own, and a GELU follows where the
  teacher has none. A bias of LINEAR standard deviations holds nearly all of the GELU's input where
  it is a straight line; the second convolution takes bias and scale out again.
- A layer norm stands before the first layer. It makes every frame of the front end's part of the
  residual stream equally loud.
- No layer knows how far apart two frames are. What the teacher's layers make of it is said anew,
  as far as products of queries and keys can, with the waves of a frame's place
  (training/places.py). The residual stream has channels more for these, and the convolution that
  tells places in wav2vec2 writes them: a channel that is constant, under a kernel that reaches from
  a frame back to the beginning, holds a sum that depends on the place alone. A GELU follows there
  too.

The head, and layers beyond the teacher's, start afresh; those add nothing at first. A high rate of
learning spoils what was inherited, a low one is too slow for the rest: `share_of_rate` tells them
apart.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.places import CHANNELS as CHANNELS_OF_PLACES
from training.places import Apart, distances_apart, queries_and_keys, waves
from training.teacher import CHANNELS, HEADS, INNER, KERNELS, LAYERS, STRIDES, WIDTH, Teacher

LINEAR = 5.0
LONGEST = 1280  # frames whose places differ: 30.7 s
WAVES = 2.0  # how high they go in the residual stream: so that norms go by its other channels
FRONT_END = 0.2
ABOVE = 6.0  # lies the GELU's input, where it is a straight line
WHOLE = WIDTH + CHANNELS_OF_PLACES  # the residual stream's width
EACH = WHOLE // HEADS


def share_of_rate(name: str, inherited: float) -> float:
    """What part of the learning rate the parameter of that name gets.

    What still means what it meant to the teacher gets the part `inherited`, and the front end,
    which every layer hears by, a fifth of that. Queries and keys are said anew; they learn as fast
    as the head does.
    """
    if layer := re.search(r"encoder\.layers\.(\d+)\.", name):
        kept = int(layer[1]) < LAYERS and not re.search(r"[qk]_proj", name)
        return inherited if kept else 1.0
    if "lm_head" in name:
        return 1.0
    return inherited if "encoder.layer_norm" in name else inherited * FRONT_END


def pupil(
    weights: dict[str, Tensor], waveforms: Sequence[Tensor], settings: dict[str, Any], layers: int
) -> nn.Module:
    """The Wav2Vec2ForCTC; `settings` are a config.json's, less the shape.

    `waveforms`, (samples,) each at the teacher's level, tell how loud its channels are and what
    its heads look at.
    """
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    shape = {
        "conv_dim": CHANNELS, "conv_kernel": KERNELS, "conv_stride": STRIDES, "conv_bias": True,
        "num_feat_extract_layers": len(CHANNELS), "feat_extract_norm": "group",
        "do_stable_layer_norm": True, "hidden_size": WHOLE, "intermediate_size": INNER,
        "output_hidden_size": WHOLE, "num_attention_heads": HEADS, "num_hidden_layers": layers,
        "num_conv_pos_embeddings": 2 * LONGEST, "num_conv_pos_embedding_groups": WHOLE,
    }  # fmt: skip
    model = Wav2Vec2ForCTC(Wav2Vec2Config(**(settings | shape)))
    inner = model.wav2vec2
    teacher = Teacher(weights)
    apart = distances_apart(teacher, weights, list(waveforms))
    loud = _loudness_by_norm(teacher, waveforms)
    with torch.no_grad():
        _inherit_convolutions(inner.feature_extractor.conv_layers, weights, waveforms)
        projection = inner.feature_projection.projection
        projection.weight.zero_()
        projection.weight[:WIDTH] = loud["layers.0.input_layernorm"] * torch.eye(WIDTH)
        _write_places(projection, inner.encoder.pos_conv_embed.conv)
        for number, layer in enumerate(inner.encoder.layers):
            if number < LAYERS:
                name = f"layers.{number}."
                _inherit_layer(layer, weights, name, loud)
                _ask_anew(layer.attention, apart[number], weights, name)
            else:
                layer.attention.out_proj.weight.zero_()
                layer.feed_forward.output_dense.weight.zero_()
        _inherit_norm(inner.encoder.layer_norm, weights["layer_norm.weight"], loud["layer_norm"])
    return model


@torch.no_grad()  # type: ignore[untyped-decorator]
def _loudness_by_norm(teacher: Teacher, waveforms: Sequence[Tensor]) -> dict[str, float]:
    """Standard deviations over a frame, about, of what each of the teacher's layer norms hears."""
    heard: dict[str, list[Tensor]] = {}
    hooks = [
        norm.register_forward_pre_hook(
            lambda module, given, name=name: heard.setdefault(name, []).append(
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
    return {name: float(1 / torch.cat(parts).mean()) for name, parts in heard.items()}


def _write_places(projection: nn.Linear, convolution: nn.Conv1d) -> None:
    """Makes `projection` hand constants on, beside the front end; `convolution` waves of these."""
    constant = -(WAVES + ABOVE)
    projection.bias[:WIDTH], projection.bias[WIDTH:] = 0.0, constant
    wanted = WAVES * waves(LONGEST + 1).double()
    steps = torch.diff(wanted, dim=0, prepend=torch.zeros(1, CHANNELS_OF_PLACES)) / constant
    taps = torch.zeros(WHOLE, 1, 2 * LONGEST)
    taps[WIDTH:, 0, : LONGEST + 1] = steps.flip(0).T
    convolution.bias[:WIDTH], convolution.bias[WIDTH:] = 0.0, -constant
    lengths, directions = (
        getattr(convolution.parametrizations.weight, f"original{n}") for n in (0, 1)
    )
    length = taps.norm(dim=(0, 1), keepdim=True)
    lengths.copy_(length)
    directions.copy_(torch.where(length > 0, taps, 1.0))


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


def _inherit_layer(
    layer: nn.Module, weights: dict[str, Tensor], name: str, loud: dict[str, float]
) -> None:
    """All but queries and keys. What is written to the stream has no mean over the channels: the
    teacher's norms would take it out, ours would share it with the waves."""
    attention, forward = layer.attention, layer.feed_forward
    own = WIDTH // HEADS
    values, answer = attention.v_proj, attention.out_proj
    values.weight.view(HEADS, EACH, WHOLE)[:, :own] = 0.0
    values.weight.view(HEADS, EACH, WHOLE)[:, :own, :WIDTH] = weights[
        f"{name}self_attn.v_proj.weight"
    ].view(HEADS, own, WIDTH)
    values.bias.zero_()
    theirs = _centred(weights[f"{name}self_attn.o_proj.weight"])
    answer.weight.zero_()
    answer.weight.view(WHOLE, HEADS, EACH)[:WIDTH, :, :own] = theirs.view(WIDTH, HEADS, own)
    answer.bias.zero_()
    wide, narrow = forward.intermediate_dense, forward.output_dense
    wide.weight.zero_()
    wide.weight[:, :WIDTH] = weights[f"{name}mlp.fc1.weight"]
    wide.bias.copy_(weights[f"{name}mlp.fc1.bias"])
    narrow.weight.zero_()
    narrow.weight[:WIDTH] = _centred(weights[f"{name}mlp.fc2.weight"])
    narrow.bias.zero_()
    narrow.bias[:WIDTH] = _centred(weights[f"{name}mlp.fc2.bias"])
    for norm, inherited in (
        (layer.layer_norm, f"{name}input_layernorm"),
        (layer.final_layer_norm, f"{name}post_attention_layernorm"),
    ):
        _inherit_norm(norm, weights[f"{inherited}.weight"], loud[inherited])


def _ask_anew(attention: nn.Module, apart: Apart, weights: dict[str, Tensor], name: str) -> None:
    queries, keys = queries_and_keys(apart, weights, name, EACH)
    for part, matrix in ((attention.q_proj, queries), (attention.k_proj, keys)):
        part.weight.copy_(matrix)
        part.bias.zero_()


def _inherit_norm(norm: nn.LayerNorm, gain: Tensor, loud: float) -> None:
    """Over the stream with its waves; `loud` is the standard deviation of the teacher's part."""
    wave = WAVES**2 / 2
    whole = ((WIDTH * loud**2 + CHANNELS_OF_PLACES * wave) / WHOLE) ** 0.5
    norm.weight[:WIDTH] = gain * whole / loud
    norm.weight[WIDTH:] = whole / WAVES
    norm.bias.zero_()


def _centred(written: Tensor) -> Tensor:
    return written - written.mean(dim=0, keepdim=True)


def write(model: nn.Module, beside: Path, out: Path) -> None:
    """The folder `out`; the files that say how text is spelled are those of the folder `beside`."""
    import shutil

    model.save_pretrained(out)
    for name in ("vocab.json", "processor_config.json", "tokenizer_config.json"):
        if (beside / name).exists():
            shutil.copyfile(beside / name, out / name)
