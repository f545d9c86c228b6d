"""A head of the teacher is said anew without turning anything."""

import pytest
import torch

from training import places
from training.places import EACH, Apart, distances_apart, frequencies, queries_and_keys, waves
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


def random_head() -> Apart:
    """All heads alike: a product of queries and keys, and two distances' waves."""
    content = torch.eye(EACH).expand(HEADS, -1, -1)
    distance = torch.zeros(HEADS, places.CHANNELS, places.CHANNELS)
    for n, size in ((0, 2.0), (5, 0.7)):
        sine = n + places.CHANNELS // 2
        distance[:, n, n] = distance[:, sine, sine] = size
    return Apart(content, distance, torch.eye(WIDTH), torch.eye(WIDTH))


def test_products_of_waves_are_functions_of_the_distance_alone() -> None:
    told = waves(1_281)
    products = told @ told.T
    for apart in (0, 1, 40, 700):
        along = products.diagonal(apart)
        expected = torch.cos(apart * frequencies().double()).sum().float()
        torch.testing.assert_close(along, expected.expand_as(along), rtol=0, atol=1e-3)


def test_with_room_for_all_its_terms_a_head_is_what_was_fitted(
    weights: dict[str, torch.Tensor],
) -> None:
    each = EACH + places.CHANNELS
    asks, offers = queries_and_keys(random_head(), weights, "layers.0.", each)
    heard = torch.randn(30, WIDTH)
    beside = torch.cat([heard, waves(30)], dim=1)
    query, key = ((beside @ m.T).view(30, HEADS, each).transpose(0, 1) for m in (asks, offers))
    found = query @ key.transpose(1, 2) * each**-0.5
    q, k = (
        (heard @ weights[f"layers.0.self_attn.{p}_proj.weight"].T).view(30, HEADS, EACH)
        for p in "qk"
    )
    apart = torch.arange(30)[None] - torch.arange(30)[:, None]
    by_distance = 2.0 * torch.cos(apart * frequencies()[0]) + 0.7 * torch.cos(
        apart * frequencies()[5]
    )
    wanted = (torch.einsum("ihc,jhc->hij", q, k) + by_distance) * EACH**-0.5
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-3)


def test_with_less_room_the_small_terms_go_first(weights: dict[str, torch.Tensor]) -> None:
    few = queries_and_keys(random_head(), weights, "layers.0.", 2)
    for matrix in few:
        assert not matrix[:, :WIDTH].any()  # the distance's waves are the largest here
        assert matrix[:, WIDTH:].any()


def test_a_head_that_looks_to_its_neighbour_is_fitted_by_distance_alone(
    weights: dict[str, torch.Tensor],
) -> None:
    """Queries and keys that say the same of every frame, and are turned."""
    steady = dict(weights)
    steady["layers.0.input_layernorm.weight"] = torch.full((WIDTH,), 1e-2)
    bias = torch.randn(WIDTH)
    for part in "qk":
        rows = torch.zeros(WIDTH, WIDTH)
        rows[:, 0] = 1e4 * bias  # of a channel that the norm makes nearly constant, below
        steady[f"layers.0.self_attn.{part}_proj.weight"] = rows
    heard = torch.randn(60, WIDTH)
    heard[:, 0] = 1e4
    fitted = places._fit([heard], steady, "layers.0.")
    told = waves(60)
    found = torch.einsum("ic,hcd,jd->hij", told, fitted.distance, told)
    turned = places._turned((bias.view(HEADS, 1, EACH)).expand(-1, 60, -1) * 1e2 * 16.9)
    wanted = turned @ turned.transpose(1, 2)
    spread = wanted - wanted.mean(-1, keepdim=True)
    left = found - found.mean(-1, keepdim=True) - spread
    assert left.square().sum() < 0.05 * spread.square().sum()


def test_each_layer_is_fitted_to_what_it_hears(weights: dict[str, torch.Tensor]) -> None:
    heard = [torch.randn(16_000) * 0.04 for _ in range(2)]
    fitted = distances_apart(Teacher(weights), weights, heard)
    assert len(fitted) == 6
    assert all(torch.isfinite(part.content).all() for part in fitted)
