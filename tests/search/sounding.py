"""Recordings with the sound of a text, whatever the words are that were made of it."""

from dataclasses import replace

import numpy as np

from earshot.recordings.record import Recording
from earshot.speech import frame_letters
from earshot.speech.frame_letters import BEST, BLANK, LEVELS, NO_LETTER, SPACE, FrameLetters
from tests.search.recordings import recording

FRAME_S = 0.02


def letters_of(sound: str, behind: int = 0) -> FrameLetters:
    """A frame a letter and a blank after each; the letters lie so many levels behind another."""
    letters = np.full((2 * len(sound), BEST), NO_LETTER, np.uint8)
    levels = np.full((2 * len(sound), BEST), LEVELS - 1, np.uint8)
    letters[:, 0], levels[:, 0] = BLANK, 0
    other = frame_letters.codes_of("x")[0]
    for at, letter in enumerate(sound):
        code = SPACE if letter == " " else frame_letters.codes_of(letter)[0]
        if not behind or code == SPACE:
            letters[2 * at, 0] = code
        else:
            letters[2 * at, :2], levels[2 * at, :2] = (other, code), (0, behind)
    return FrameLetters(letters, levels, FRAME_S)


def sounding(text: str, sound: str, behind: int = 0, at_s: float = 0.0) -> Recording:
    """A recording whose text says one thing and whose sound, from `at_s` on, another."""
    made = recording(text)
    assert made.transcript
    before = frame_letters.silence(round(at_s / FRAME_S), FRAME_S)
    letters = frame_letters.pack(frame_letters.join([before, letters_of(sound, behind)]))
    return replace(made, transcript=replace(made.transcript, letters=letters))
