"""What a writer writes, and that it is what transformers' own would write."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.writer.model import load_writer
from earshot.speech.writer.moonshine import GREEDY, MoonshineWriter
from earshot.speech.writer.settings import MAX_SAMPLES
from earshot.speech.writer.stopping import token_budget


@pytest.fixture(scope="module")
def writer(exported):
    return load_writer(str(exported), engine="onnx-fp32")


@pytest.fixture(scope="module")
def greedy(exported):
    return load_writer(str(exported), engine="onnx-fp32", beam=GREEDY)


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * SAMPLE_RATE))
    return (0.1 * samples).astype(np.float32)


def reference(checkpoint, waveform: np.ndarray) -> list[int]:
    """Greedy tokens of transformers' own model, to the budget."""
    import torch
    from transformers import MoonshineForConditionalGeneration

    model = MoonshineForConditionalGeneration.from_pretrained(checkpoint).eval()
    made = model.generate(
        torch.from_numpy(waveform[None]),
        max_new_tokens=token_budget(len(waveform)), do_sample=False, num_beams=1,
    )  # fmt: skip
    return [token for token in made[0].tolist()[1:] if token != model.config.eos_token_id]


def log_probabilities(checkpoint, waveform: np.ndarray, tokens: tuple[int, ...]) -> np.ndarray:
    """Of each token after those before it, by transformers' own model."""
    import torch
    from transformers import MoonshineForConditionalGeneration

    model = MoonshineForConditionalGeneration.from_pretrained(checkpoint).eval()
    given = torch.tensor([[model.config.decoder_start_token_id, *tokens[:-1]]])
    with torch.no_grad():
        logits = model(torch.from_numpy(waveform[None]), decoder_input_ids=given).logits[0]
    every = logits.log_softmax(-1).gather(1, torch.tensor(tokens)[:, None])[:, 0]
    return np.asarray(every)


@pytest.mark.parametrize("seconds", [0.2, 1.0, 4.7])
def test_greedy_fp32_writes_the_tokens_of_transformers(greedy, checkpoint, seconds, monkeypatch):
    monkeypatch.setattr("earshot.speech.writer.beam_search.repeated", lambda tokens: 0)
    waveform = noise(seconds)
    tokens = greedy.search(waveform).tokens
    assert len(tokens) > 3
    assert list(tokens) == reference(checkpoint, waveform)


@pytest.mark.parametrize("seconds", [1.0, 4.7])
def test_a_text_is_as_likely_as_transformers_finds_it(writer, checkpoint, seconds):
    waveform = noise(seconds)
    found = writer.search(waveform)
    assert len(found.tokens) > 3
    expected = log_probabilities(checkpoint, waveform, found.tokens)
    np.testing.assert_allclose(found.log_probabilities, expected, atol=1e-3)


def test_the_text_is_likelier_than_a_greedy_one(writer, greedy):
    for seed in range(5):
        waveform = noise(2.0, seed)
        found, first = writer.search(waveform), greedy.search(waveform)
        assert found.total >= first.total or found.stopped < first.stopped


def test_a_text_is_bounded_whatever_is_heard(writer):
    for waveform in (np.zeros(30 * SAMPLE_RATE, np.float32), noise(30), np.ones(16_000, "f4")):
        assert len(writer.search(waveform).tokens) <= token_budget(len(waveform))


@pytest.mark.parametrize("samples", [0, 1, 894])
def test_too_short_a_sound_gives_no_words(writer, samples):
    assert writer.write(np.ones(samples, np.float32)).text == ""


def test_the_shortest_sound_is_heard(writer):
    writer.search(noise(0.1)[:895])


def test_a_minute_and_a_half_can_be_heard_and_no_more(writer):
    writer.first_logits(np.zeros(MAX_SAMPLES, np.float32))
    with pytest.raises(ValueError, match="windows"):
        writer.write(np.zeros(MAX_SAMPLES + 1, np.float32))


def test_what_is_written_does_not_depend_on_neighbours_or_threads(writer):
    waveforms = [noise(seconds, seed) for seed, seconds in enumerate((0.3, 3.0, 0.01, 1.0, 2.0))]
    alone = [writer.write(waveform) for waveform in waveforms]
    assert writer.write_many(waveforms) == alone
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(writer.write, waveforms)) == alone


def test_int8_is_near_fp32(exported, writer):
    small = load_writer(str(exported))
    assert isinstance(small, MoonshineWriter)
    assert (small.engine, writer.engine) == ("onnx-int8", "onnx-fp32")
    assert small.fingerprint != writer.fingerprint
    first = np.stack([one.first_logits(noise(2.0)) for one in (small, writer)])
    assert np.corrcoef(first)[0, 1] > 0.98
