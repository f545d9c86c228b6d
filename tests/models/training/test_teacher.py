"""A student starts from the teacher's weights and learns from its hidden states."""

from pathlib import Path

import numpy as np
import pytest
import torch

from earshot.speech.positions import position_table
from training import teacher as teachers
from training.batches import standardise
from training.distillation import Distillation, frames
from training.encoder import use_channels_last
from training.prepare import decode_clip
from training.settings import TrainingSettings
from training.student import share_of_rate, student
from training.teacher import Teacher, at_its_level
from training.trainer import _groups

SAMPLES = Path(__file__).parents[3] / "samples"
SETTINGS = {"vocab_size": 32, "pad_token_id": 0, "apply_spec_augment": False, "layerdrop": 0.0}


def voices(count: int, seconds: float = 1.0) -> list[np.ndarray]:
    """Noise that swells and fades, each with another spectrum."""
    rng = np.random.default_rng(5)
    made = []
    for number in range(count):
        noise = rng.standard_normal(int(seconds * 16_000))
        smooth = np.convolve(noise, np.ones(number + 2) / (number + 2), "same")
        made.append((smooth * np.hanning(len(smooth))).astype(np.float32))
    return made


@pytest.fixture(scope="module")
def random_weights() -> dict[str, torch.Tensor]:
    """Random weights in the teacher's shape."""
    from transformers import MoonshineConfig
    from transformers.models.moonshine.modeling_moonshine import MoonshineEncoder

    torch.manual_seed(3)
    config = MoonshineConfig(
        hidden_size=teachers.WIDTH, intermediate_size=teachers.INNER,
        encoder_num_hidden_layers=teachers.LAYERS, encoder_num_attention_heads=teachers.HEADS,
    )  # fmt: skip
    weights: dict[str, torch.Tensor] = MoonshineEncoder(config).state_dict()
    return weights


def explained(found: torch.Tensor, expected: torch.Tensor) -> float:
    """The share of the variance of `expected` that `found` explains."""
    error = (found - expected).square().sum()
    return float(1 - error / (expected - expected.mean(0)).square().sum())


def test_a_students_feature_encoder_is_its_teachers(
    random_weights: dict[str, torch.Tensor],
) -> None:
    waveforms = [torch.from_numpy(at_its_level(x)) for x in voices(4)]
    feature_encoder = student(
        random_weights, waveforms, SETTINGS, layers=6
    ).wav2vec2.feature_extractor
    encoder = Teacher(random_weights).encoder
    with torch.no_grad():
        for waveform in waveforms:
            first = encoder.groupnorm(encoder.conv1(waveform[None, None]).tanh())
            second = torch.nn.functional.gelu(encoder.conv2(first))
            theirs = torch.nn.functional.gelu(encoder.conv3(second))[0].T
            ours = feature_encoder(torch.from_numpy(standardise(waveform.numpy()))[None])[0].T
            assert ours.shape == theirs.shape
            assert len(ours) == int(frames(torch.tensor(len(waveform))))
            assert explained(ours, theirs) > 0.8


def test_layers_beyond_the_teachers_add_nothing_at_first(
    random_weights: dict[str, torch.Tensor],
) -> None:
    waveforms = [torch.from_numpy(at_its_level(x)) for x in voices(2)]
    six = student(random_weights, waveforms, SETTINGS, layers=6).eval()
    eight = student(random_weights, waveforms, SETTINGS, layers=8).eval()
    with torch.no_grad():
        torch.testing.assert_close(
            six.wav2vec2(waveforms[0][None]).last_hidden_state,
            eight.wav2vec2(waveforms[0][None]).last_hidden_state,
        )


def test_training_lowers_the_distillation_loss(random_weights: dict[str, torch.Tensor]) -> None:
    clean = [at_its_level(x) for x in voices(3, seconds=0.6)]
    teacher_inputs = [torch.from_numpy(x) for x in clean]
    model = use_channels_last(student(random_weights, teacher_inputs, SETTINGS, layers=6)).eval()
    distillation = Distillation(Teacher(random_weights), model, teacher_inputs)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
    student_inputs = torch.stack([torch.from_numpy(standardise(x)) for x in clean])
    samples = torch.tensor([len(x) for x in clean])
    losses = []
    for _ in range(20):
        distillation.forget()
        model(student_inputs)
        loss = distillation.loss(torch.stack(teacher_inputs), samples)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_inherited_weights_learn_slower_and_those_before_the_layers_slowest(
    random_weights: dict[str, torch.Tensor],
) -> None:
    model = student(
        random_weights, [torch.from_numpy(at_its_level(voices(1)[0]))], SETTINGS, layers=7
    )
    shares = {name: share_of_rate(name, 0.1) for name, _ in model.named_parameters()}
    fast = ("q_proj", "k_proj", "lm_head", "layers.6.")
    slow = ("feature_", "pos_conv_embed", "masked_spec_embed")
    for name, share in shares.items():
        if any(part in name for part in fast):
            assert share == 1.0, name
        elif any(part in name for part in slow):
            assert share == pytest.approx(0.02), name
        else:
            assert share == 0.1, name


def test_positional_embeddings_are_not_trained(random_weights: dict[str, torch.Tensor]) -> None:
    waveforms = [torch.from_numpy(at_its_level(x)) for x in voices(2)]
    model = use_channels_last(student(random_weights, waveforms, SETTINGS, layers=6)).train()
    before = position_table(model)
    assert before is not None
    weight_before = model.wav2vec2.feature_projection.projection.weight[0].detach().clone()
    optimizer = torch.optim.AdamW(_groups(model, TrainingSettings()), lr=0.1)
    for _ in range(2):
        model(torch.stack(waveforms)).logits.square().sum().backward()
        optimizer.step()
    assert not torch.equal(
        model.wav2vec2.feature_projection.projection.weight[0].detach(), weight_before
    )
    after = position_table(model)
    assert after is not None
    torch.testing.assert_close(after, before, rtol=0, atol=0)


def test_padding_does_not_change_the_distillation_loss(
    random_weights: dict[str, torch.Tensor],
) -> None:
    clean = torch.from_numpy(at_its_level(voices(1)[0]))
    model = use_channels_last(student(random_weights, [clean], SETTINGS, layers=6)).eval()
    distillation = Distillation(Teacher(random_weights), model, [clean])

    def loss(after: float) -> float:
        """Of a batch whose only recording ends half way; the student's states are `after` there."""
        half = len(clean) // 2
        waveform = clean.clone()
        waveform[half:] = 0
        distillation.forget()
        model(waveform[None])
        for state in distillation._student_states:
            state[:, int(frames(torch.tensor(half))) :] = after
        return float(distillation.loss(waveform[None], torch.tensor([half])))

    with torch.no_grad():
        assert loss(0.0) == loss(100.0)


def test_a_missing_teacher_is_named_with_the_way_to_get_it(monkeypatch) -> None:
    monkeypatch.setattr(teachers, "find_spec", lambda name: None)
    with pytest.raises(teachers.MissingTeacherError, match=r"requirements-training\.txt"):
        teachers.find()


@pytest.fixture(scope="module")
def packaged() -> Path:
    try:
        return teachers.find()
    except teachers.MissingTeacherError:
        pytest.skip("needs requirements-training.txt")


def test_a_student_starts_near_its_teacher(packaged: Path) -> None:
    weights = teachers.read_weights(packaged)
    spoken = [decode_clip(path)[:48_000] for path in sorted(SAMPLES.rglob("*.mp3"))[:24:2]]
    fitted = [torch.from_numpy(at_its_level(waveform)) for waveform in spoken[:8]]
    model = use_channels_last(student(weights, fitted, SETTINGS, layers=6)).eval()
    distillation = Distillation(Teacher(weights), model, fitted)
    assert distillation.mean_loss(model, spoken[8:]) < 0.7


def test_the_packages_weights_give_the_teachers_output(packaged: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    teacher = Teacher(teachers.read_weights(packaged))
    waveform = at_its_level(voices(1, seconds=2.0)[0])[None]
    asked = {"input_values": waveform, "attention_mask": np.ones(waveform.shape, np.int64)}
    (theirs,) = onnxruntime.InferenceSession(packaged).run(None, asked)
    with torch.no_grad():
        ours = teacher.encoder(torch.from_numpy(waveform)).last_hidden_state
    # The package's graph rounds the inputs of products to 8 bits; ours does not.
    assert explained(ours[0], torch.from_numpy(theirs[0])) > 0.98
