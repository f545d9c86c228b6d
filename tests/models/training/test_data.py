import random
from collections import Counter
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training import prepare, texts, voices
from training.augment import augment, change_speed, mp3
from training.batches import Schedule
from training.corpus import SAMPLE_RATE, Corpus, Utterance

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples" / "script.toml"


def clip(text: str, name: str = "a.mp3") -> prepare.Clip:
    return prepare.Clip(Path(name), text, "us", "", "")


@given(st.text(alphabet="abc de'FG,.", min_size=1), st.integers(0, 5))
def test_all_recordings_of_a_sentence_are_in_one_set(text: str, seed: int) -> None:
    spelled = [text, text.upper(), f" {text} ", text.replace(" ", "  ")]
    assert len({clip(t, f"{n}.mp3").split(seed) for n, t in enumerate(spelled)}) == 1


def test_the_sets_get_their_shares_of_the_sentences() -> None:
    rng = random.Random(3)
    made = [
        " ".join(rng.choices(["sea", "bread", "moon", "clock", "red"], k=9)) for _ in range(4000)
    ]
    shares = Counter(clip(text).split(2026) for text in made)
    assert 0.10 < shares["human"] / len(made) < 0.14
    assert 0.02 < shares["dev-human"] / len(made) < 0.04


def test_held_out_and_sample_sentences_are_never_spoken_for_training(monkeypatch) -> None:
    held_out, samples = texts.held_out(), prepare.demo_sentences(SAMPLES)
    assert len(samples) > 100
    forbidden = frozenset({texts.normalise(s) for s in held_out} | samples)
    # The worst case: a source that holds nearly nothing else.
    monkeypatch.setattr(texts, "wordnet", lambda: ([*held_out, "a plain line"], ["another line"]))
    work = prepare.jobs([*held_out[:5], "one more line"], forbidden, seed=1, scale=0.05)
    for job in work:
        if job.split in ("train", "dev-synthetic"):
            sentences = {texts.normalise(part) for part in job.text.split(".")} - {""}
            assert not sentences & forbidden, job


def test_speech_is_not_synthesized_again(monkeypatch, tmp_path: Path) -> None:
    spoken = []

    def speak(text: str, *_: object) -> np.ndarray:
        spoken.append(text)
        return np.sin(np.arange(SAMPLE_RATE) / 20).astype(np.float32)

    monkeypatch.setattr(prepare, "speak", speak)
    plain, slow = (voices.Delivery(voices.SEEN[0], rate) for rate in (145.0, 120.0))
    first = prepare.Spoken(tmp_path).waveform(prepare.Job("train", "one", plain))
    again = prepare.Spoken(tmp_path).waveform(prepare.Job("train", "one", plain))
    assert np.array_equal(first, again)
    prepare.Spoken(tmp_path).waveform(prepare.Job("train", "one", slow))
    prepare.Spoken(tmp_path).waveform(prepare.Job("train", "two", plain))
    assert spoken == ["one", "one", "two"]


def test_no_held_out_sentence_is_spoken_in_the_demo() -> None:
    assert not {texts.normalise(s) for s in texts.held_out()} & prepare.demo_sentences(SAMPLES)


def test_held_out_voices_are_never_trained_on() -> None:
    trained = {delivery.voice for delivery in voices.deliveries(seed=2026)}
    assert not trained & set(voices.HELD_OUT)
    speakers = {voice.name.split("+")[-1] for voice in trained}
    assert not speakers & {voice.name.split("+")[-1] for voice in voices.HELD_OUT}
    assert set(voices.SEEN) - trained == set()


def test_years_and_numbers_are_read_as_people_say_them() -> None:
    assert texts.year(1956) == "nineteen fifty six"
    assert texts.year(1900) == "nineteen hundred"
    assert texts.year(1204) == "twelve oh four"
    assert texts.number(8040) == "eight thousand forty"


def test_a_schedule_is_the_same_however_it_is_read(corpus: Corpus) -> None:
    def schedule() -> Schedule:
        return Schedule(corpus.of("train"), 7, human_share=0.5, batch_seconds=2.0)

    one, other = schedule(), schedule()
    backwards = [other[step] for step in reversed(range(30))]
    assert [one[step] for step in range(30)] == backwards[::-1]


def test_a_round_contains_every_human_clip_once() -> None:
    people = [Utterance("train", "A", "human", n, SAMPLE_RATE) for n in range(20)]
    machines = [Utterance("train", "B", "espeak-ng/en", n, SAMPLE_RATE) for n in range(500)]
    schedule = Schedule([*people, *machines], 1, human_share=0.2, batch_seconds=10)
    found = [u for step in range(10) for u in schedule[step]]
    assert Counter(u.start for u in found if u.human) == Counter(range(20))
    assert sum(u.human for u in found) / len(found) == 0.2


def test_a_round_contains_only_some_human_clips_if_their_share_is_small() -> None:
    people = [Utterance("train", "A", "human", n, SAMPLE_RATE) for n in range(100)]
    machines = [Utterance("train", "B", "espeak-ng/en", n, SAMPLE_RATE) for n in range(72)]
    schedule = Schedule([*people, *machines], 1, human_share=0.1, batch_seconds=10)
    found = [u for step in range(8) for u in schedule[step]]
    assert Counter(u.start for u in found if not u.human) == Counter(range(72))
    assert sum(u.human for u in found) / len(found) == 0.1


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([400, 16_000, 33_333]), st.booleans())
def test_augmented_speech_is_finite_and_as_long(seed: int, length: int, human: bool) -> None:
    rng = np.random.default_rng(seed)
    sound = (0.1 * rng.standard_normal(length)).astype(np.float32)
    found = augment(sound, rng, human)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    assert length - 1152 <= len(found) <= length


def test_mp3_does_not_shift_the_sound() -> None:
    rng = np.random.default_rng(0)
    sound = np.zeros(SAMPLE_RATE, np.float32)
    sound[4000:12_000] = np.sin(np.arange(8000) * 0.2) * 0.5
    found = mp3(sound, rng)
    lag = np.argmax(np.correlate(np.abs(found), np.abs(sound), "full")) - (len(sound) - 1)
    assert abs(lag) < SAMPLE_RATE * 0.02


def test_speed_changes_the_length() -> None:
    assert len(change_speed(np.zeros(16_000, np.float32), 1.25)) == 12_800
