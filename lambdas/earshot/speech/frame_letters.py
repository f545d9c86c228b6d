"""The likeliest letters of every frame, in few bytes: what word spotting needs of an emission.

An emission takes 128 bytes a frame. For word spotting six letters a frame in sixteen steps of
log-probability lose nothing that was measured (docs/decisions/sound-search.md), and take 7 bytes,
or one bit where the model is sure that there is no letter.
"""

import struct
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earshot.errors import MalformedFrameLetters
from earshot.speech.engine import Emission
from earshot.speech.vocabulary import Vocabulary

BEST = 6  # letters of a frame that are kept
LEVELS = 16
LEVEL_NATS = 0.75  # between two levels of log-probability; the last level is all from there on

# Letters as 5-bit codes, the same for every model.
BLANK, SPACE, NO_LETTER = 0, 1, 31
_LETTERS = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CODES = {letter: code for code, letter in enumerate(_LETTERS, start=SPACE + 1)}
CODES = SPACE + 1 + len(_LETTERS)

_HEADER = struct.Struct(">2sBIII")  # magic, version, microseconds a frame, first frame, frames
_MAGIC, _VERSION = b"FL", 1
_SHIFTS = np.arange(7, -1, -1, dtype=np.uint64) * np.uint64(5)

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class FrameLetters:
    """The best letters of consecutive frames of one recording.

    `letters` (frames, BEST): codes, the likeliest first; NO_LETTER for what is at the last level.
    `levels` (frames, BEST): each one's -log-probability in steps of LEVEL_NATS, 0..15, rising.
    Frame i begins `(first_frame + i) * frame_s` seconds into the recording.
    """

    letters: Codes
    levels: Codes
    frame_s: float
    first_frame: int = 0

    def __len__(self) -> int:
        return len(self.letters)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, FrameLetters)
            and (self.frame_s, self.first_frame) == (other.frame_s, other.first_frame)
            and np.array_equal(self.letters, other.letters)
            and np.array_equal(self.levels, other.levels)
        )

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, frames: slice) -> "FrameLetters":
        """Frames by their number within these, which keep their time in the recording."""
        first, last, _ = slice(frames.start, frames.stop).indices(len(self))
        first_frame = self.first_frame + first
        return FrameLetters(
            self.letters[first:last], self.levels[first:last], self.frame_s, first_frame
        )

    @property
    def start(self) -> float:
        """Seconds into the recording."""
        return self.first_frame * self.frame_s

    @property
    def end(self) -> float:
        return (self.first_frame + len(self)) * self.frame_s

    def between(self, start_s: float, end_s: float) -> "FrameLetters":
        """The frames that sound between two times of the recording, those cut by them included."""
        first = int(np.floor(start_s / self.frame_s + 1e-6)) - self.first_frame
        last = int(np.ceil(end_s / self.frame_s - 1e-6)) - self.first_frame
        return self[max(first, 0) : max(last, 0)]


def of_emission(emission: Emission, vocabulary: Vocabulary, frame_s: float) -> FrameLetters:
    """From CTC log-probabilities (frames, vocabulary).

    Letters fold to capitals without accents; what the vocabulary has beside letters, the blank and
    the delimiter (<s>, digits, other scripts) is left out.
    """
    by_code = np.full((len(emission), CODES), -np.inf, np.float32)
    for column, code in enumerate(_codes(vocabulary)):
        if code != NO_LETTER:
            np.maximum(by_code[:, code], emission[:, column], out=by_code[:, code])
    best = np.argpartition(by_code, -BEST, axis=1)[:, -BEST:]
    scores = np.take_along_axis(by_code, best, axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")
    letters = np.take_along_axis(best, order, axis=1).astype(np.uint8)
    scores = np.take_along_axis(scores, order, axis=1)
    levels = np.clip(np.rint(scores / -LEVEL_NATS), 0, LEVELS - 1).astype(np.uint8)
    letters[levels == LEVELS - 1] = NO_LETTER  # as unlikely as those that are left out
    return FrameLetters(letters, levels, round(frame_s, 6))


def silence(frames: int, frame_s: float) -> FrameLetters:
    """Blank for sure, all of it."""
    letters = np.full((frames, BEST), NO_LETTER, np.uint8)
    levels = np.full((frames, BEST), LEVELS - 1, np.uint8)
    letters[:, 0], levels[:, 0] = BLANK, 0
    return FrameLetters(letters, levels, round(frame_s, 6))


def lay(part: FrameLetters, over: FrameLetters, at: int) -> FrameLetters:
    """`over` with `part` in its place from its frame `at` on, as far as it reaches."""
    letters, levels = over.letters.copy(), over.levels.copy()
    reach = min(len(part), len(over) - at)
    letters[at : at + reach], levels[at : at + reach] = part.letters[:reach], part.levels[:reach]
    return FrameLetters(letters, levels, over.frame_s, over.first_frame)


def join(parts: Sequence[FrameLetters]) -> FrameLetters:
    """Windows one after the other, at least one; the first says when they begin.

    Raises ValueError where their frames differ in length.
    """
    if len({part.frame_s for part in parts}) != 1:
        raise ValueError("Frame letters of different frame lengths can't be joined.")
    return FrameLetters(
        np.concatenate([part.letters for part in parts]),
        np.concatenate([part.levels for part in parts]),
        parts[0].frame_s,
        parts[0].first_frame,
    )


def codes_of(word: str) -> tuple[int, ...]:
    """The codes that spell a word; what has no code (digits, other scripts) is left out."""
    return tuple(_CODES[letter] for letter in _plain(word) if letter in _CODES)


def letter_of(code: int) -> str:
    """The lower-case letter that a code stands for: `codes_of` the other way round."""
    return _LETTERS[code - SPACE - 1].lower()


def pack(frames: FrameLetters) -> bytes:
    """A header of 15 bytes; of each frame a bit, whether it is blank for sure; of the others the
    letters (5 bits each), then the levels (4 bits each).
    """
    header = _HEADER.pack(
        _MAGIC, _VERSION, round(frames.frame_s * 1e6), frames.first_frame, len(frames)
    )
    sure = _is_silence(frames)
    letters = frames.letters[~sure].ravel()
    eights = np.zeros((-(-len(letters) // 8), 8), np.uint64)
    eights.ravel()[: len(letters)] = letters
    forty_bits = np.bitwise_or.reduce(eights << _SHIFTS, axis=1)
    five_bytes = forty_bits.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 3:]
    levels = frames.levels[~sure].reshape(-1, 2)
    nibbles = levels[:, 0] << 4 | levels[:, 1]
    return b"".join((header, np.packbits(sure).tobytes(), five_bytes.tobytes(), nibbles.tobytes()))


def unpack(packed: bytes) -> FrameLetters:
    """Raises MalformedFrameLetters for bytes that `pack` did not make."""
    if len(packed) < _HEADER.size or packed[:2] != _MAGIC:
        raise MalformedFrameLetters("These bytes are not frame letters.")
    _, version, frame_us, first_frame, count = _HEADER.unpack_from(packed)
    if version != _VERSION:
        raise MalformedFrameLetters(f"Frame letters of version {version} can't be read.")
    body = np.frombuffer(packed, np.uint8, offset=_HEADER.size)
    mask, body = np.split(body, [-(-count // 8)])
    if frame_us == 0 or len(mask) * 8 < count:
        raise MalformedFrameLetters("The frame letters' length is not what their header says.")
    sure = np.unpackbits(mask)
    told = count - int(sure.sum())
    eights = -(-told * BEST // 8)
    if told < 0 or sure[count:].any() or len(body) != eights * 5 + told * BEST // 2:
        raise MalformedFrameLetters("The frame letters' length is not what their header says.")
    wide = np.zeros((eights, 8), np.uint8)
    wide[:, 3:] = body[: eights * 5].reshape(-1, 5)
    codes = ((wide.view(">u8").astype(np.uint64) >> _SHIFTS) & np.uint64(31)).astype(np.uint8)
    codes, padding = np.split(codes.ravel(), [told * BEST])
    nibbles = body[eights * 5 :]
    frames = silence(count, frame_us / 1e6)
    frames.letters[sure[:count] == 0] = codes.reshape(-1, BEST)
    frames.levels[sure[:count] == 0] = np.stack([nibbles >> 4, nibbles & 15], 1).reshape(-1, BEST)
    if (
        padding.any()
        or ((codes >= CODES) & (codes != NO_LETTER)).any()
        or (frames.levels[:, 1:] < frames.levels[:, :-1]).any()
        or int(_is_silence(frames).sum()) != count - told
    ):
        raise MalformedFrameLetters("The frame letters hold values that none can have.")
    return FrameLetters(frames.letters, frames.levels, frames.frame_s, first_frame)


def _is_silence(frames: FrameLetters) -> npt.NDArray[np.bool_]:
    """Of each frame whether it is as `silence` makes it."""
    one = silence(1, frames.frame_s)
    same: npt.NDArray[np.bool_] = (frames.letters == one.letters) & (frames.levels == one.levels)
    return np.asarray(same.all(axis=1))


def _codes(vocabulary: Vocabulary) -> list[int]:
    """The code of each of the model's outputs."""
    codes = [_CODES.get(_plain(token), NO_LETTER) for token in vocabulary.tokens]
    codes[vocabulary.blank], codes[vocabulary.delimiter] = BLANK, SPACE
    return codes


def _plain(text: str) -> str:
    """Capitals without accents."""
    folded = unicodedata.normalize("NFKD", text).upper()
    return "".join(letter for letter in folded if not unicodedata.combining(letter))
