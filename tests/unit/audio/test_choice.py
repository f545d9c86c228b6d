"""Where a file leaves a choice, what can be heard is heard, and the choice is told."""

import numpy as np
import pytest

from earshot.audio.decode import decode, stream

from .sounds import RATE, encode_at, likeness, speech, tone, write

SAID = speech()


def stereo(path, left, right):
    return write(path, np.stack([left, right], axis=1), RATE, "PCM_16")


def test_channels_that_cancel_each_other_out_are_not_mixed(tmp_path):
    sound = decode(stereo(tmp_path / "a.wav", SAID, -0.8 * SAID))
    assert likeness(sound.waveform, SAID) > 0.999
    assert sound.findings.channel == 0


def test_the_louder_of_two_channels_that_cancel_each_other_out_is_heard(tmp_path):
    sound = decode(stereo(tmp_path / "a.wav", -0.7 * SAID, SAID))
    assert likeness(sound.waveform, SAID) > 0.999
    assert sound.findings.channel == 1


@pytest.mark.parametrize("right", [0 * SAID, SAID, np.roll(SAID, RATE), 0.3 * SAID])
def test_other_channels_are_mixed(tmp_path, right):
    sound = decode(stereo(tmp_path / "a.wav", SAID, right))
    assert likeness(sound.waveform, SAID + right) > 0.999
    assert sound.findings.channel is None


def test_channels_that_are_kept_apart_are_left_as_they_are(tmp_path):
    path = stereo(tmp_path / "a.wav", SAID, -SAID)
    blocks = stream(path, channels=2)
    both = np.concatenate(list(blocks))
    assert likeness(both[:, 1], -SAID) > 0.999
    assert blocks.findings and blocks.findings.channel is None


@pytest.mark.parametrize("name", ["a.m4a", "a.mkv"])
def test_of_a_silent_track_and_one_that_speaks_the_second_is_heard(tmp_path, name):
    path = encode_at(tmp_path / name, "aac", np.stack([0 * SAID, SAID]), RATE)
    sound = decode(path)
    assert likeness(sound.waveform, SAID) > 0.95
    assert sound.findings.track == 1


def test_of_two_tracks_that_speak_the_first_is_heard(tmp_path):
    other = tone(len(SAID) / RATE)
    path = encode_at(tmp_path / "a.m4a", "aac", np.stack([SAID, other]), RATE)
    sound = decode(path)
    assert likeness(sound.waveform, SAID) > 0.95
    assert sound.findings.track == 0
