"""Approximates the teacher's rotary position embedding in attention without one.

The teacher rotates queries and keys by an angle proportional to the frame's position (rotary
position embedding; Su et al., 2021). So an attention logit depends on the query, the key and
their relative position. wav2vec2's layers only multiply queries and keys. If cosines and sines of
the position are among a layer's inputs, such products can form any function of the relative
position that has the teacher's frequencies.

So the logits of a head are approximated by a sum of two terms: one of query and key alone, and
one of the relative position alone. `fit_relative_positions` fits the sum to each head, and
`queries_and_keys` gives the weights.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.teacher import HEADS, LAYERS, WIDTH, Teacher

HEAD_WIDTH = WIDTH // HEADS  # channels in a head
ROTARY_WIDTH = 32  # of these channels are rotated, the others are not
CHANNELS = ROTARY_WIDTH  # of sinusoids: a cosine and a sine for each frequency
RIDGE = 1e-3  # regularisation of the least squares, relative to the diagonal
UNIFORM_WEIGHT = 0.1  # total weight spread over all frames, beside the attention weights
MAX_FRAMES = 100  # of a recording; memory grows with their square


def frequencies() -> Tensor:
    """The teacher's rotary frequencies, (ROTARY_WIDTH / 2,), in radians per frame."""
    return 1.0 / 10_000 ** (torch.arange(0, ROTARY_WIDTH, 2).float() / ROTARY_WIDTH)


def sinusoids(frames: int) -> Tensor:
    """(frames, CHANNELS): the cosines, then the sines, of each frame's position."""
    angles = torch.arange(frames).double()[:, None] * frequencies().double()
    return torch.cat([angles.cos(), angles.sin()], dim=1).float()


@dataclass(frozen=True, slots=True)
class RelativePositions:
    """The approximation of a layer's heads: bilinear forms whose sum is the attention logits.

    `content` (heads, HEAD_WIDTH, HEAD_WIDTH): between query and key.
    `distance` (heads, CHANNELS, CHANNELS): between the sinusoids of their positions.
    `query_moment`, `key_moment` (WIDTH, WIDTH): second moment and covariance of the layer's input,
    which weight the errors of queries and keys.
    """

    content: Tensor
    distance: Tensor
    query_moment: Tensor
    key_moment: Tensor


@torch.no_grad()  # type: ignore[untyped-decorator]
def fit_relative_positions(
    teacher: Teacher, weights: dict[str, Tensor], waveforms: list[Tensor]
) -> list[RelativePositions]:
    """The approximation of each layer, fitted to the teacher on `waveforms` of shape (samples,).

    Weighted least squares over pairs of frames. The weights are the head's attention weights, and
    a constant over all keys of a query is ignored, because a softmax ignores it.
    """
    inputs = [[x[0, :MAX_FRAMES] for x in teacher.inputs(waveform[None])] for waveform in waveforms]
    return [
        _fit([layers[number] for layers in inputs], weights, f"layers.{number}.")
        for number in range(LAYERS)
    ]


def _fit(inputs: list[Tensor], weights: dict[str, Tensor], layer: str) -> RelativePositions:
    gain = weights[f"{layer}input_layernorm.weight"]
    normed = [functional.layer_norm(x, (WIDTH,), gain) for x in inputs]
    count = 2 * CHANNELS + HEAD_WIDTH - ROTARY_WIDTH
    left, right = torch.zeros(HEADS, count, count).double(), torch.zeros(HEADS, count).double()
    for x in normed:
        query, key = (_heads(x @ weights[f"{layer}self_attn.{p}_proj.weight"].T) for p in "qk")
        terms = _terms(query, key)
        logits = _rotated(query) @ _rotated(key).transpose(1, 2)
        attention = torch.softmax(logits * HEAD_WIDTH**-0.5, dim=-1)
        share = (attention + UNIFORM_WEIGHT / len(x)) / (1 + UNIFORM_WEIGHT)
        terms = terms - (share[..., None] * terms).sum(2, keepdim=True)
        logits = logits - (share * logits).sum(-1, keepdim=True)
        flat, weighted = terms.flatten(1, 2), (terms * share[..., None]).flatten(1, 2)
        left += (weighted.transpose(1, 2) @ flat).double()
        right += (weighted.transpose(1, 2) @ logits.flatten(1)[..., None])[..., 0].double()
    diagonal = left.diagonal(dim1=1, dim2=2)
    ridge = RIDGE * diagonal + 1e-6 * diagonal.mean(1, keepdim=True)
    found = torch.linalg.solve(left + torch.diag_embed(ridge), right).float()
    half = ROTARY_WIDTH // 2
    cosine, sine, parallel, orthogonal, unrotated = found.split(
        [half, half, half, half, HEAD_WIDTH - ROTARY_WIDTH], 1
    )
    content = torch.zeros(HEADS, HEAD_WIDTH, HEAD_WIDTH)
    even, odd = torch.arange(0, ROTARY_WIDTH, 2), torch.arange(1, ROTARY_WIDTH, 2)
    content[:, even, even] = content[:, odd, odd] = parallel
    content[:, odd, even], content[:, even, odd] = orthogonal, -orthogonal
    rest = torch.arange(ROTARY_WIDTH, HEAD_WIDTH)
    content[:, rest, rest] = unrotated
    distance = torch.zeros(HEADS, CHANNELS, CHANNELS)
    one, other = torch.arange(half), torch.arange(half, CHANNELS)
    distance[:, one, one] = distance[:, other, other] = cosine
    distance[:, one, other], distance[:, other, one] = sine, -sine
    frames = torch.cat(normed)
    return RelativePositions(
        content, distance, frames.T @ frames / len(frames), torch.cov(frames.T)
    )


def _heads(x: Tensor) -> Tensor:
    """(frames, WIDTH) to (heads, frames, HEAD_WIDTH)."""
    return x.view(len(x), HEADS, HEAD_WIDTH).transpose(0, 1)


def _rotated(x: Tensor) -> Tensor:
    """Queries or keys (heads, frames, HEAD_WIDTH), rotated by their positions."""
    cosine, sine = sinusoids(x.shape[1]).chunk(2, dim=1)
    one, other = x[..., :ROTARY_WIDTH:2], x[..., 1:ROTARY_WIDTH:2]
    rotated = torch.stack([one * cosine - other * sine, one * sine + other * cosine], dim=-1)
    return torch.cat([rotated.flatten(-2), x[..., ROTARY_WIDTH:]], dim=-1)


def _terms(query: Tensor, key: Tensor) -> Tensor:
    """(heads, frames, frames, terms): the terms whose weighted sum is the head's logits."""
    frames = torch.arange(query.shape[1])
    angles = (frames[None] - frames[:, None])[..., None] * frequencies()
    relative = torch.cat([angles.cos(), angles.sin()], dim=-1).expand(HEADS, -1, -1, -1)
    q, k = query[:, :, None], key[:, None]
    q1, q2, k1, k2 = (
        q[..., :ROTARY_WIDTH:2],
        q[..., 1:ROTARY_WIDTH:2],
        k[..., :ROTARY_WIDTH:2],
        k[..., 1:ROTARY_WIDTH:2],
    )
    unrotated = q[..., ROTARY_WIDTH:] * k[..., ROTARY_WIDTH:]
    return torch.cat([relative, q1 * k1 + q2 * k2, q2 * k1 - q1 * k2, unrotated], dim=-1)


def queries_and_keys(
    fitted: RelativePositions, weights: dict[str, Tensor], layer: str, each: int
) -> tuple[Tensor, Tensor]:
    """Query and key weights (heads * each, WIDTH + CHANNELS), for the layer's input and sinusoids.

    A head has more singular values than `each` channels: the smallest ones are left out.
    """
    queries: list[Tensor] = []
    keys: list[Tensor] = []
    query_root, query_inverse = _roots(fitted.query_moment)
    key_root, key_inverse = _roots(fitted.key_moment)
    projections = [
        weights[f"{layer}self_attn.{p}_proj.weight"].view(HEADS, HEAD_WIDTH, WIDTH) for p in "qk"
    ]
    for head in range(HEADS):
        form = projections[0][head].T @ fitted.content[head] @ projections[1][head]
        content = torch.linalg.svd(query_root @ form @ key_root)
        distance = torch.linalg.svd(fitted.distance[head] / 2)  # a sinusoid's second moment is 1/2
        size = torch.cat([content.S[:HEAD_WIDTH], distance.S])
        chosen = size.argsort(descending=True)[:each]
        scale = (size[chosen] * (each / HEAD_WIDTH) ** 0.5).sqrt()[:, None]
        for matrices, left, right, inverse in (
            (queries, content.U.T, distance.U.T, query_inverse),
            (keys, content.Vh, distance.Vh, key_inverse),
        ):
            rows = torch.block_diag(left[:HEAD_WIDTH] @ inverse, right * 2**0.5)
            matrices.append(scale * rows[chosen])
    return torch.cat(queries), torch.cat(keys)


def _roots(moment: Tensor) -> tuple[Tensor, Tensor]:
    """The square root of a symmetric matrix, and its inverse."""
    values, vectors = torch.linalg.eigh(moment.double())
    roots = values.clamp(min=1e-6 * float(values.max())).sqrt()
    return ((vectors * roots) @ vectors.T).float(), ((vectors / roots) @ vectors.T).float()
