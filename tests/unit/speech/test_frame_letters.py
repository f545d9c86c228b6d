"""Frame letters: the best letters of a frame come back as they were kept, or not at all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from earshot.errors import MalformedFrameLetters
from earshot.speech import frame_letters
from earshot.speech.engine import log_softmax
from earshot.speech.frame_letters import (
    BEST,
    BLANK,
    LEVEL_NATS,
    LEVELS,
    NO_LETTER,
    SPACE,
    FrameLetters,
)
from earshot.speech.vocabulary import Vocabulary

TOKENS = ("<pad>", "<s>", "|", "e", "É", "T", "A", "'", "B", "9")
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=2)
FRAME_S = 0.024

E, T, A, APOSTROPHE, B = (frame_letters.codes_of(letter)[0] for letter in "ETA'B")


def emission(frames: int, width: int = len(TOKENS), seed: int = 0) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, 4, (frames, width)).astype(np.float32)
    return log_softmax(logits)


def letters_of(frames: int, seed: int = 0) -> FrameLetters:
    return frame_letters.of_emission(emission(frames, seed=seed), VOCABULARY, FRAME_S)


def one_frame(**probabilities: float) -> FrameLetters:
    """A frame by token; what is not given has next to none."""
    shares = np.full((1, len(TOKENS)), 1e-9, np.float32)
    for token, share in probabilities.items():
        shares[0, TOKENS.index(token)] = share
    return frame_letters.of_emission(np.log(shares), VOCABULARY, FRAME_S)


def test_the_likeliest_letters_come_first_with_their_level():
    frame = one_frame(T=0.6, B=0.3, A=0.05, e=0.02)
    assert frame.letters.tolist() == [[T, B, A, E, NO_LETTER, NO_LETTER]]
    assert frame.levels[0, :4].tolist() == [
        round(-np.log(share) / LEVEL_NATS) for share in (0.6, 0.3, 0.05, 0.02)
    ]


def test_letters_fold_to_capitals_without_accents_and_count_once():
    frame = one_frame(e=0.3, É=0.6, T=0.1)
    assert frame.letters[0, :2].tolist() == [E, T]
    assert np.count_nonzero(frame.letters == E) == 1


def test_what_is_no_letter_is_left_out():
    frame = one_frame(**{"<s>": 0.9, "9": 0.09, "T": 0.01})
    assert frame.letters[0, 0] == T


def test_blank_and_space_are_kept():
    frame = one_frame(**{"<pad>": 0.9, "|": 0.1})
    assert frame.letters[0, :2].tolist() == [BLANK, SPACE]


def test_a_model_of_few_letters_has_places_without_one():
    few = Vocabulary(("<pad>", "|", "A"), blank=0, delimiter=1)
    frames = frame_letters.of_emission(emission(5, 3), few, FRAME_S)
    assert (frames.letters[:, 3:] == NO_LETTER).all()
    assert frame_letters.unpack(frame_letters.pack(frames)) == frames


frames_of_any_kind = st.integers(0, 40).flatmap(
    lambda count: st.builds(
        FrameLetters,
        letters=arrays.arrays(
            np.uint8, (count, BEST), elements=st.sampled_from([*range(29), NO_LETTER])
        ),
        levels=arrays.arrays(np.uint8, (count, BEST), elements=st.integers(0, LEVELS - 1)).map(
            lambda levels: np.sort(levels, axis=1)
        ),
        frame_s=st.sampled_from([0.02, 0.024, 384 / 16_000, 0.04]),
        first_frame=st.integers(0, 2**31),
    )
)


@given(frames_of_any_kind)
def test_what_is_packed_is_unpacked(frames):
    assert frame_letters.unpack(frame_letters.pack(frames)) == frames


def test_an_hour_takes_a_megabyte_and_silence_next_to_nothing():
    hour = round(3600 / FRAME_S)
    silent = len(frame_letters.pack(frame_letters.silence(hour, FRAME_S)))
    assert silent == pytest.approx(hour / 8, abs=16)
    assert len(frame_letters.pack(letters_of(hour))) < 7 * hour


def test_a_letter_at_the_last_level_is_as_good_as_none():
    frame = one_frame(T=1.0, A=1e-6)
    assert frame.letters[0].tolist() == [T] + [NO_LETTER] * (BEST - 1)


def test_every_truncation_is_refused():
    packed = frame_letters.pack(letters_of(3))
    for length in range(len(packed)):
        with pytest.raises(MalformedFrameLetters):
            frame_letters.unpack(packed[:length])
    with pytest.raises(MalformedFrameLetters):
        frame_letters.unpack(packed + b"\0")


@given(st.binary(max_size=80))
def test_bytes_of_any_kind_are_refused_or_are_frame_letters(noise):
    for packed in (noise, frame_letters.pack(letters_of(4))[:15] + noise):
        try:
            frames = frame_letters.unpack(packed)
        except MalformedFrameLetters:
            continue
        assert frame_letters.pack(frames) == packed


def test_a_newer_version_is_named():
    packed = bytearray(frame_letters.pack(letters_of(3)))
    packed[2] += 1
    with pytest.raises(MalformedFrameLetters, match="version 2"):
        frame_letters.unpack(bytes(packed))


def test_a_letter_that_does_not_exist_is_refused():
    frames = letters_of(4)
    frames.letters[2, 1] = 30
    with pytest.raises(MalformedFrameLetters):
        frame_letters.unpack(frame_letters.pack(frames))


def test_levels_that_fall_are_refused():
    frames = letters_of(4)
    frames.levels[1] = [3, 2, 5, 6, 7, 8]
    with pytest.raises(MalformedFrameLetters):
        frame_letters.unpack(frame_letters.pack(frames))


def test_a_part_by_time_keeps_its_time_in_the_recording():
    whole = letters_of(100)
    part = whole.between(0.48, 1.2)
    assert (part.start, part.end) == pytest.approx((0.48, 1.2))
    assert np.array_equal(part.letters, whole.letters[20:50])
    later = frame_letters.unpack(frame_letters.pack(part)).between(0.72, 0.96)
    assert np.array_equal(later.letters, whole.letters[30:40])


def test_a_part_outside_the_recording_is_empty():
    part = letters_of(10).between(5.0, 9.0)
    assert len(part) == 0
    assert frame_letters.unpack(frame_letters.pack(part)) == part


def test_frames_that_a_boundary_cuts_are_in_the_part():
    part = letters_of(100).between(0.25, 0.30)
    assert (part.start, part.end) == pytest.approx((0.24, 0.312))


def test_windows_join_and_silence_fills_what_was_not_heard():
    heard = letters_of(5)
    window = frame_letters.lay(heard, frame_letters.silence(9, FRAME_S), 2)
    whole = frame_letters.join([window, letters_of(4, seed=1)])
    assert len(whole) == 13
    assert whole[2:7].letters.tolist() == heard.letters.tolist()
    assert (whole.letters[[0, 1, 7, 8], 0] == BLANK).all()
    assert whole[9:].start == pytest.approx(9 * FRAME_S)


def test_what_reaches_beyond_the_window_is_cut():
    window = frame_letters.lay(letters_of(5), frame_letters.silence(4, FRAME_S), 2)
    assert len(window) == 4


def test_windows_of_different_frame_lengths_do_not_join():
    with pytest.raises(ValueError, match="frame lengths"):
        frame_letters.join([frame_letters.silence(3, 0.02), frame_letters.silence(3, 0.024)])


def test_a_word_is_spelled_in_codes():
    assert frame_letters.codes_of("Tête-à-tête9") == (T, E, T, E, A, T, E, T, E)
    assert frame_letters.codes_of("北京") == ()
