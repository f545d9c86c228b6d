"""A text of any length laid on its recording.

Viterbi over an hour would take frames times letters, billions of cells. Where the listener heard a
few words in a row as they are written, the text can be cut there, and each piece is aligned alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import LCSseq, Levenshtein, Opcodes

from earshot.speech.alignment import spelling, vouching
from earshot.speech.alignment.align import AlignedWord, align
from earshot.speech.alignment.listening import Listened
from earshot.speech.alignment.spans import Span
from earshot.speech.alignment.viterbi import Ints

PIECE_S = (10.0, 30.0)
"""A piece ends at the longest pause between two anchored words this far behind its beginning."""

MIN_RUN_LETTERS = (12, 8, 5)
"""Letters of words in a row that both texts have, for the text to be cut among them. A piece that
is still too large is cut again, with less to go by.
"""

MAX_PAIRS = 800_000_000
"""Of words of both texts, a bit each: some three hours; what is longer is compared in less memory.
"""

CLEAR_SUPPORT, CLEAR_LETTERS = -1.0, 4
"""Nats a letter, and letters, of a word that its neighbours do not have to vouch for."""

MAX_CELLS = 20_000_000
"""Frames times states of one piece, which take 5 bytes each; two minutes of fast speech."""


@dataclass(frozen=True, slots=True)
class _Token:
    """A spoken word of the text, and the written word that it is of."""

    text: str
    index: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Written words `first` up to `last` on frames `begin` up to `end`."""

    first: int
    last: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cut:
    """Where the text can be cut: before written word `index`, at `frame`, in a pause of `gap`."""

    index: int
    frame: int
    gap: int


def align_text(words: Sequence[str], listened: Listened) -> list[Span | None]:
    """When each of `words` was said; None where the sound has no support for it.

    Either side may have more: what was said and not written, and what was written and not said.
    """
    found: list[Span | None] = [None] * len(words)
    text = _Text(words, listened)
    for piece in text.pieces(_Piece(0, len(words), 0, len(listened.emission))):
        emission = listened.emission[piece.begin : piece.end].astype(np.float32)
        aligned = align(words[piece.first : piece.last], emission, listened.vocabulary)
        for word in _supported(aligned):
            found[piece.first + word.index] = Span(
                round((piece.begin + word.first) * listened.frame_s, 3),
                round((piece.begin + word.last) * listened.frame_s, 3),
            )
    return found


def _supported(aligned: Sequence[AlignedWord]) -> list[AlignedWord]:
    """Without runs of words that were not said, but with what was clearly heard among them."""
    stands = vouching.vouched(aligned)
    return [
        word
        for word, stand in zip(aligned, stands, strict=True)
        if stand or (word.support >= CLEAR_SUPPORT and word.letters >= CLEAR_LETTERS)
    ]


def _same(written: Sequence[str], heard: Sequence[str]) -> Opcodes:
    """How the texts differ. The longest common subsequence lets either side have more at no price,
    but keeps a bit for each pair of words.
    """
    if len(written) * len(heard) <= MAX_PAIRS:
        return LCSseq.opcodes(written, heard)
    return Levenshtein.opcodes(written, heard)


class _Text:
    """The written words and the listener's, both as they are spoken."""

    def __init__(self, words: Sequence[str], listened: Listened) -> None:
        self._written = [
            _Token(said, index)
            for index, word in enumerate(words)
            for said in next(iter(spelling.readings(word)), ())
        ]
        self._places = np.array([token.index for token in self._written], np.int64)
        self._heard = [word.text.upper() for word in listened.words]
        self._starts = _frames([word.start for word in listened.words], listened.frame_s)
        self._ends = _frames([word.end for word in listened.words], listened.frame_s)
        self._piece_frames = [round(one / listened.frame_s) for one in PIECE_S]

    def pieces(self, whole: _Piece, attempt: int = 0) -> Iterator[_Piece]:
        """Those that are small enough to be aligned; words in others stay without times."""
        if attempt == len(MIN_RUN_LETTERS):
            return
        for piece in self._cut(whole, MIN_RUN_LETTERS[attempt]):
            if self._cells(piece) <= MAX_CELLS:
                yield piece
            else:
                yield from self.pieces(piece, attempt + 1)

    def _cells(self, piece: _Piece) -> int:
        written = self._written[slice(*self._range(piece))]
        return (piece.end - piece.begin) * (2 * sum(len(one.text) for one in written) + 1)

    def _range(self, piece: _Piece) -> tuple[int, int]:
        """The spoken words of a piece."""
        first, last = np.searchsorted(self._places, [piece.first, piece.last])
        return int(first), int(last)

    def _cut(self, whole: _Piece, min_letters: int) -> Iterator[_Piece]:
        """The piece in pieces of `PIECE_S`, as far as there are places to cut at."""
        shortest, longest = self._piece_frames
        first, begin = whole.first, whole.begin
        waiting = [cut for cut in self._cuts(whole, min_letters) if cut.frame > begin]
        while waiting and whole.end - begin > longest:
            far = [cut for cut in waiting if cut.frame - begin >= shortest]
            if not far:
                break
            near = [cut for cut in far if cut.frame - begin <= longest] or far[:1]
            cut = max(near, key=lambda one: one.gap)
            yield _Piece(first, cut.index, begin, cut.frame)
            first, begin = cut.index, cut.frame
            waiting = [one for one in waiting if one.frame > begin]
        yield _Piece(first, whole.last, begin, whole.end)

    def _cuts(self, piece: _Piece, min_letters: int) -> list[_Cut]:
        """Between two words that follow each other in both texts, amid a run of such words."""
        first, last = self._range(piece)
        heard_first, heard_last = np.searchsorted(self._starts, [piece.begin, piece.end])
        written = [token.text for token in self._written[first:last]]
        heard = self._heard[heard_first:heard_last]
        found: list[_Cut] = []
        for block in _same(written, heard):
            run = written[block.src_start : block.src_end]
            if block.tag != "equal" or sum(map(len, run)) < min_letters:
                continue
            for step in range(1, len(run)):
                token = self._written[first + block.src_start + step]
                before = self._written[first + block.src_start + step - 1]
                if token.index == before.index:  # amid a number
                    continue
                place = int(heard_first) + block.dest_start + step
                left, right = int(self._ends[place - 1]), int(self._starts[place])
                found.append(_Cut(token.index, (left + right) // 2, right - left))
        return found


def _frames(seconds: Sequence[float], frame_s: float) -> Ints:
    return np.rint(np.array(seconds, np.float64) / frame_s).astype(np.int64)
