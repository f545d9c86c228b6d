"""What the teacher's attention knows of places, in terms that wav2vec2 can say.

The teacher turns each query and each key by an angle that grows with the frame's place (rotary
places), so that what a query makes of a key depends on both and on how far they are apart.
wav2vec2's layers only multiply queries and keys. With cosines and sines of the place among what
they hear, a product of these is any function of the distance that has the teacher's frequencies.
So a head becomes a sum: what the query makes of the key at any distance, and what the distance
alone makes. `distances_apart` finds the sum nearest to the head, `queries_and_keys` the matrices.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.teacher import HEADS, LAYERS, WIDTH, Teacher

EACH = WIDTH // HEADS  # channels a head
TURNED = 32  # of these; the rest of a query or key is left as it is
CHANNELS = TURNED  # that tell a frame's place: a cosine and a sine a frequency
RIDGE = 1e-3
ELSEWHERE = 0.1  # weight of all frames alike, beside those that the head looks at
LISTENED = 100  # frames of a recording; squares of them are held


def frequencies() -> Tensor:
    """(TURNED / 2,), in radians a frame."""
    return 1.0 / 10_000 ** (torch.arange(0, TURNED, 2).float() / TURNED)


def waves(frames: int) -> Tensor:
    """(frames, CHANNELS): the cosines, then the sines, of each frame's place."""
    angles = torch.arange(frames).double()[:, None] * frequencies().double()
    return torch.cat([angles.cos(), angles.sin()], dim=1).float()


@dataclass(frozen=True, slots=True)
class Apart:
    """All heads of a layer as sums.

    `content` (heads, EACH, EACH) stands between query and key, `distance` (heads, CHANNELS,
    CHANNELS) between their waves. `asked` and `offered` (WIDTH, WIDTH) are the second moments of
    what the layer hears, as it is and about its mean.
    """

    content: Tensor
    distance: Tensor
    asked: Tensor
    offered: Tensor


@torch.no_grad()  # type: ignore[untyped-decorator]
def distances_apart(
    teacher: Teacher, weights: dict[str, Tensor], waveforms: list[Tensor]
) -> list[Apart]:
    """Each layer's heads, fitted to what they do with `waveforms`, (samples,) each.

    Least squares over pairs of frames, weighted by how much the head attends to them; what all
    keys of a query have in common does not count, as a softmax does not mind it.
    """
    heard = [[x[0, :LISTENED] for x in teacher.inputs(waveform[None])] for waveform in waveforms]
    return [
        _fit([states[number] for states in heard], weights, f"layers.{number}.")
        for number in range(LAYERS)
    ]


def _fit(heard: list[Tensor], weights: dict[str, Tensor], layer: str) -> Apart:
    gain = weights[f"{layer}input_layernorm.weight"]
    normed = [functional.layer_norm(x, (WIDTH,), gain) for x in heard]
    count = 2 * CHANNELS + EACH - TURNED
    left, right = torch.zeros(HEADS, count, count).double(), torch.zeros(HEADS, count).double()
    for x in normed:
        query, key = (_heads(x @ weights[f"{layer}self_attn.{p}_proj.weight"].T) for p in "qk")
        terms = _terms(query, key)
        wanted = _turned(query) @ _turned(key).transpose(1, 2)
        attended = torch.softmax(wanted * EACH**-0.5, dim=-1)
        share = (attended + ELSEWHERE / len(x)) / (1 + ELSEWHERE)
        terms = terms - (share[..., None] * terms).sum(2, keepdim=True)
        wanted = wanted - (share * wanted).sum(-1, keepdim=True)
        flat, weighted = terms.flatten(1, 2), (terms * share[..., None]).flatten(1, 2)
        left += (weighted.transpose(1, 2) @ flat).double()
        right += (weighted.transpose(1, 2) @ wanted.flatten(1)[..., None])[..., 0].double()
    diagonal = left.diagonal(dim1=1, dim2=2)
    ridge = RIDGE * diagonal + 1e-6 * diagonal.mean(1, keepdim=True)
    found = torch.linalg.solve(left + torch.diag_embed(ridge), right).float()
    half = TURNED // 2
    cosine, sine, along, across, as_is = found.split([half, half, half, half, EACH - TURNED], 1)
    content = torch.zeros(HEADS, EACH, EACH)
    even, odd = torch.arange(0, TURNED, 2), torch.arange(1, TURNED, 2)
    content[:, even, even] = content[:, odd, odd] = along
    content[:, odd, even], content[:, even, odd] = across, -across
    rest = torch.arange(TURNED, EACH)
    content[:, rest, rest] = as_is
    distance = torch.zeros(HEADS, CHANNELS, CHANNELS)
    one, other = torch.arange(half), torch.arange(half, CHANNELS)
    distance[:, one, one] = distance[:, other, other] = cosine
    distance[:, one, other], distance[:, other, one] = sine, -sine
    every = torch.cat(normed)
    return Apart(content, distance, every.T @ every / len(every), torch.cov(every.T))


def _heads(x: Tensor) -> Tensor:
    return x.view(len(x), HEADS, EACH).transpose(0, 1)


def _turned(x: Tensor) -> Tensor:
    """Queries or keys (heads, frames, EACH), turned by their places."""
    cosine, sine = waves(x.shape[1]).chunk(2, dim=1)
    one, other = x[..., :TURNED:2], x[..., 1:TURNED:2]
    turned = torch.stack([one * cosine - other * sine, one * sine + other * cosine], dim=-1)
    return torch.cat([turned.flatten(-2), x[..., TURNED:]], dim=-1)


def _terms(query: Tensor, key: Tensor) -> Tensor:
    """(heads, frames, frames, terms): what a head is a sum of."""
    frames = torch.arange(query.shape[1])
    angles = (frames[None] - frames[:, None])[..., None] * frequencies()
    apart = torch.cat([angles.cos(), angles.sin()], dim=-1).expand(HEADS, -1, -1, -1)
    q, k = query[:, :, None], key[:, None]
    q1, q2, k1, k2 = q[..., :TURNED:2], q[..., 1:TURNED:2], k[..., :TURNED:2], k[..., 1:TURNED:2]
    alike = q[..., TURNED:] * k[..., TURNED:]
    return torch.cat([apart, q1 * k1 + q2 * k2, q2 * k1 - q1 * k2, alike], dim=-1)


def queries_and_keys(
    apart: Apart, weights: dict[str, Tensor], layer: str, each: int
) -> tuple[Tensor, Tensor]:
    """The two matrices, (heads * each, WIDTH + CHANNELS), for what the layer hears and its waves.

    A head has more terms than `each`: those that matter least to what it attends to are left out.
    """
    queries: list[Tensor] = []
    keys: list[Tensor] = []
    asks, unasks = _roots(apart.asked)
    offers, unoffers = _roots(apart.offered)
    ways = [weights[f"{layer}self_attn.{p}_proj.weight"].view(HEADS, EACH, WIDTH) for p in "qk"]
    for head in range(HEADS):
        form = ways[0][head].T @ apart.content[head] @ ways[1][head]
        heard = torch.linalg.svd(asks @ form @ offers)
        placed = torch.linalg.svd(apart.distance[head] / 2)  # a wave's second moment is a half
        size = torch.cat([heard.S[:EACH], placed.S])
        chosen = size.argsort(descending=True)[:each]
        scale = (size[chosen] * (each / EACH) ** 0.5).sqrt()[:, None]
        for matrices, left, right, whole in (
            (queries, heard.U.T, placed.U.T, unasks),
            (keys, heard.Vh, placed.Vh, unoffers),
        ):
            rows = torch.block_diag(left[:EACH] @ whole, right * 2**0.5)
            matrices.append(scale * rows[chosen])
    return torch.cat(queries), torch.cat(keys)


def _roots(moment: Tensor) -> tuple[Tensor, Tensor]:
    """The square root of a symmetric matrix, and what undoes it."""
    values, vectors = torch.linalg.eigh(moment.double())
    roots = values.clamp(min=1e-6 * float(values.max())).sqrt()
    return ((vectors * roots) @ vectors.T).float(), ((vectors / roots) @ vectors.T).float()
