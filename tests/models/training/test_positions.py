"""A head of the teacher is approximated without rotary position embeddings."""

import pytest
import torch

from training import positions
from training.positions import (
    HEAD_WIDTH,
    RelativePositions,
    fit_relative_positions,
    frequencies,
    queries_and_keys,
    sinusoids,
)
from training.teacher import HEADS, WIDTH, Teacher


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    from transformers import MoonshineConfig
    from transformers.models.moonshine.modeling_moonshine import MoonshineEncoder

    torch.manual_seed(6)
    config = MoonshineConfig(
        hidden_size=WIDTH, intermediate_size=1152, encoder_num_hidden_layers=6,
        encoder_num_attention_heads=HEADS,
    )  # fmt: skip
    state: dict[str, torch.Tensor] = MoonshineEncoder(config).state_dict()
    return state


def known_heads() -> RelativePositions:
    """All heads equal: the product of queries and keys, and two frequencies of the distance."""
    content = torch.eye(HEAD_WIDTH).expand(HEADS, -1, -1)
    distance = torch.zeros(HEADS, positions.CHANNELS, positions.CHANNELS)
    for n, size in ((0, 2.0), (5, 0.7)):
        sine = n + positions.CHANNELS // 2
        distance[:, n, n] = distance[:, sine, sine] = size
    return RelativePositions(content, distance, torch.eye(WIDTH), torch.eye(WIDTH))


def test_products_of_sinusoids_are_functions_of_the_distance_alone() -> None:
    table = sinusoids(1_281)
    products = table @ table.T
    for distance in (0, 1, 40, 700):
        found = products.diagonal(distance)
        expected = torch.cos(distance * frequencies().double()).sum().float()
        torch.testing.assert_close(found, expected.expand_as(found), rtol=0, atol=1e-3)


def test_with_channels_for_all_terms_a_head_is_exact(
    weights: dict[str, torch.Tensor],
) -> None:
    each = HEAD_WIDTH + positions.CHANNELS
    queries, keys = queries_and_keys(known_heads(), weights, "layers.0.", each)
    inputs = torch.randn(30, WIDTH)
    extended = torch.cat([inputs, sinusoids(30)], dim=1)
    query, key = ((extended @ m.T).view(30, HEADS, each).transpose(0, 1) for m in (queries, keys))
    found = query @ key.transpose(1, 2) * each**-0.5
    q, k = (
        (inputs @ weights[f"layers.0.self_attn.{p}_proj.weight"].T).view(30, HEADS, HEAD_WIDTH)
        for p in "qk"
    )
    relative = torch.arange(30)[None] - torch.arange(30)[:, None]
    by_distance = 2.0 * torch.cos(relative * frequencies()[0]) + 0.7 * torch.cos(
        relative * frequencies()[5]
    )
    expected = (torch.einsum("ihc,jhc->hij", q, k) + by_distance) * HEAD_WIDTH**-0.5
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)


def test_with_fewer_channels_the_smallest_terms_are_dropped(
    weights: dict[str, torch.Tensor],
) -> None:
    few = queries_and_keys(known_heads(), weights, "layers.0.", 2)
    for matrix in few:
        assert not matrix[:, :WIDTH].any()  # the distance's terms are the largest here
        assert matrix[:, WIDTH:].any()


def test_a_head_that_only_depends_on_the_distance_is_fitted(
    weights: dict[str, torch.Tensor],
) -> None:
    """Queries and keys that are constant over time, and rotated."""
    steady = dict(weights)
    steady["layers.0.input_layernorm.weight"] = torch.full((WIDTH,), 1e-2)
    bias = torch.randn(WIDTH)
    for part in "qk":
        rows = torch.zeros(WIDTH, WIDTH)
        rows[:, 0] = 1e4 * bias  # of a channel that the norm makes nearly constant, below
        steady[f"layers.0.self_attn.{part}_proj.weight"] = rows
    inputs = torch.randn(60, WIDTH)
    inputs[:, 0] = 1e4
    fitted = positions._fit([inputs], steady, "layers.0.")
    table = sinusoids(60)
    found = torch.einsum("ic,hcd,jd->hij", table, fitted.distance, table)
    rotated = positions._rotated((bias.view(HEADS, 1, HEAD_WIDTH)).expand(-1, 60, -1) * 1e2 * 16.9)
    logits = rotated @ rotated.transpose(1, 2)
    spread = logits - logits.mean(-1, keepdim=True)
    error = found - found.mean(-1, keepdim=True) - spread
    assert error.square().sum() < 0.05 * spread.square().sum()


def test_every_layer_is_fitted_to_its_own_input(weights: dict[str, torch.Tensor]) -> None:
    waveforms = [torch.randn(16_000) * 0.04 for _ in range(2)]
    fitted = fit_relative_positions(Teacher(weights), weights, waveforms)
    assert len(fitted) == 6
    assert all(torch.isfinite(part.content).all() for part in fitted)
