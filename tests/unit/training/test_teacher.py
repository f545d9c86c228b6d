"""A pupil begins as its teacher and goes on learning from it."""

from pathlib import Path

import numpy as np
import pytest
import torch

from earshot.speech.places import known_places
from training import teacher as teachers
from training.batches import standardise
from training.distillation import Distillation, frames
from training.encoder import use_channels_last
from training.prepare import decode_clip
from training.pupil import pupil, share_of_rate
from training.settings import TrainingSettings
from training.teacher import Teacher, at_its_level
from training.trainer import _groups

SAMPLES = Path(__file__).parents[3] / "samples"
SETTINGS = {"vocab_size": 32, "pad_token_id": 0, "apply_spec_augment": False, "layerdrop": 0.0}


def voices(count: int, seconds: float = 1.0) -> list[np.ndarray]:
    """Noise that swells and fades, of a different colour each."""
    rng = np.random.default_rng(5)
    made = []
    for number in range(count):
        noise = rng.standard_normal(int(seconds * 16_000))
        smooth = np.convolve(noise, np.ones(number + 2) / (number + 2), "same")
        made.append((smooth * np.hanning(len(smooth))).astype(np.float32))
    return made


@pytest.fixture(scope="module")
def untaught() -> dict[str, torch.Tensor]:
    """Weights of a teacher that knows nothing, in the teacher's shape."""
    from transformers import MoonshineConfig
    from transformers.models.moonshine.modeling_moonshine import MoonshineEncoder

    torch.manual_seed(3)
    config = MoonshineConfig(
        hidden_size=teachers.WIDTH, intermediate_size=teachers.INNER,
        encoder_num_hidden_layers=teachers.LAYERS, encoder_num_attention_heads=teachers.HEADS,
    )  # fmt: skip
    return MoonshineEncoder(config).state_dict()


def explained(found: torch.Tensor, wanted: torch.Tensor) -> float:
    apart = (found - wanted).square().sum()
    return float(1 - apart / (wanted - wanted.mean(0)).square().sum())


def test_a_pupils_ears_are_its_teachers(untaught: dict[str, torch.Tensor]) -> None:
    heard = [torch.from_numpy(at_its_level(x)) for x in voices(4)]
    ears = pupil(untaught, heard, SETTINGS, layers=6).wav2vec2.feature_extractor
    encoder = Teacher(untaught).encoder
    with torch.no_grad():
        for waveform in heard:
            first = encoder.groupnorm(encoder.conv1(waveform[None, None]).tanh())
            second = torch.nn.functional.gelu(encoder.conv2(first))
            theirs = torch.nn.functional.gelu(encoder.conv3(second))[0].T
            ours = ears(torch.from_numpy(standardise(waveform.numpy()))[None])[0].T
            assert ours.shape == theirs.shape
            assert len(ours) == int(frames(torch.tensor(len(waveform))))
            assert explained(ours, theirs) > 0.8


def test_layers_beyond_the_teachers_add_nothing_at_first(
    untaught: dict[str, torch.Tensor],
) -> None:
    heard = [torch.from_numpy(at_its_level(x)) for x in voices(2)]
    six = pupil(untaught, heard, SETTINGS, layers=6).eval()
    eight = pupil(untaught, heard, SETTINGS, layers=8).eval()
    with torch.no_grad():
        torch.testing.assert_close(
            six.wav2vec2(heard[0][None]).last_hidden_state,
            eight.wav2vec2(heard[0][None]).last_hidden_state,
        )


def test_what_is_left_to_learn_from_a_teacher_shrinks(untaught: dict[str, torch.Tensor]) -> None:
    clean = [at_its_level(x) for x in voices(3, seconds=0.6)]
    heard = [torch.from_numpy(x) for x in clean]
    model = use_channels_last(pupil(untaught, heard, SETTINGS, layers=6)).eval()
    distillation = Distillation(Teacher(untaught), model, heard)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-5)
    waveforms = torch.stack([torch.from_numpy(standardise(x)) for x in clean])
    samples = torch.tensor([len(x) for x in clean])
    apart = []
    for _ in range(20):
        distillation.forget()
        model(waveforms)
        loss = distillation.loss(torch.stack(heard), samples)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        apart.append(float(loss.detach()))
    assert apart[-1] < 0.8 * apart[0]


def test_what_was_inherited_learns_slower_and_what_all_layers_hear_by_slower_still(
    untaught: dict[str, torch.Tensor],
) -> None:
    model = pupil(untaught, [torch.from_numpy(at_its_level(voices(1)[0]))], SETTINGS, layers=7)
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


def test_what_tells_places_does_not_learn(untaught: dict[str, torch.Tensor]) -> None:
    heard = [torch.from_numpy(at_its_level(x)) for x in voices(2)]
    model = use_channels_last(pupil(untaught, heard, SETTINGS, layers=6)).train()
    before = known_places(model)
    assert before is not None
    heard_before = model.wav2vec2.feature_projection.projection.weight[0].detach().clone()
    optimizer = torch.optim.AdamW(_groups(model, TrainingSettings()), lr=0.1)
    for _ in range(2):
        model(torch.stack(heard)).logits.square().sum().backward()
        optimizer.step()
    assert not torch.equal(
        model.wav2vec2.feature_projection.projection.weight[0].detach(), heard_before
    )
    after = known_places(model)
    assert after is not None
    torch.testing.assert_close(after, before, rtol=0, atol=0)


def test_padding_teaches_nothing(untaught: dict[str, torch.Tensor]) -> None:
    clean = torch.from_numpy(at_its_level(voices(1)[0]))
    model = use_channels_last(pupil(untaught, [clean], SETTINGS, layers=6)).eval()
    distillation = Distillation(Teacher(untaught), model, [clean])

    def loss(after: float) -> float:
        """Of a batch whose only recording ends half way; the pupil hears `after` behind it."""
        half = len(clean) // 2
        waveform = clean.clone()
        waveform[half:] = 0
        distillation.forget()
        model(waveform[None])
        for state in distillation._heard:
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


def test_a_pupil_begins_near_its_teacher(packaged: Path) -> None:
    weights = teachers.read_weights(packaged)
    spoken = [decode_clip(path)[:48_000] for path in sorted(SAMPLES.rglob("*.mp3"))[:24:2]]
    fitted = [torch.from_numpy(at_its_level(waveform)) for waveform in spoken[:8]]
    model = use_channels_last(pupil(weights, fitted, SETTINGS, layers=6)).eval()
    distillation = Distillation(Teacher(weights), model, fitted)
    assert distillation.left(model, spoken[8:]) < 0.7


def test_the_packages_weights_are_the_teacher(packaged: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    teacher = Teacher(teachers.read_weights(packaged))
    waveform = at_its_level(voices(1, seconds=2.0)[0])[None]
    asked = {"input_values": waveform, "attention_mask": np.ones(waveform.shape, np.int64)}
    (theirs,) = onnxruntime.InferenceSession(packaged).run(None, asked)
    with torch.no_grad():
        ours = teacher.encoder(torch.from_numpy(waveform)).last_hidden_state
    # Theirs rounds what goes into a product to 8 bits, ours does not.
    assert explained(ours[0], torch.from_numpy(theirs[0])) > 0.98
