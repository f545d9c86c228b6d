"""CTC beam search over a word list: the likeliest words, not the likeliest letters.

A small model misspells words that it recognises. The search follows the trie of a word list and
scores words with a bigram model. It also allows unlisted words, at a cost for each letter, so that
names can still be written. Hypotheses with the same last word and the same trie node are merged
and the better one is kept (Viterbi search by token passing; Young, Russell and Thornton, 1989).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from earshot.speech.ctc import BestPath
from earshot.speech.engine import Emission
from earshot.speech.language import LETTERS, ROOT, Language
from earshot.speech.vocabulary import Vocabulary

BEAM_WIDTH = 96  # hypotheses
BEAM_MARGIN_NATS = 16.0  # hypotheses further below the best one are dropped
MIN_LETTER_LOG_PROB = -8.0  # less likely letters are not tried
CERTAIN_BLANK_LOG_PROB = np.log(0.999)  # after a blank this likely, nothing else is tried
UNFINISHED_WORD_NATS = -20.0  # for a recording that ends inside a listed word

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


class BeamDecoder:
    """Beam search with one language, for one model's vocabulary. Holds no state between calls."""

    name = "beam-bigram"

    def __init__(self, language: Language, vocabulary: Vocabulary) -> None:
        self.language = language
        self.vocabulary = vocabulary
        tokens = {token.upper(): index for index, token in enumerate(vocabulary.tokens)}
        # A letter that the model's vocabulary lacks is never tried; blank is a placeholder.
        self.token = np.array([tokens.get(c, vocabulary.blank) for c in LETTERS])
        self.known = self.token != vocabulary.blank
        # Unlisted words have one extra node for each letter: the letter that came last.
        self.unlisted = len(language.letter)
        self.nodes = self.unlisted + len(LETTERS)
        self.letter = np.concatenate([language.letter, np.arange(len(LETTERS))]).astype(np.int64)
        self.ahead = np.concatenate([language.ahead, np.zeros(len(LETTERS), np.float32)])
        self.ahead[ROOT] = 0.0
        others = np.full(len(LETTERS), language.other, np.int32)
        self.word = np.concatenate([language.word, others])
        self.label = np.append(self.token, vocabulary.delimiter)[self.letter]

    def best_path(self, emission: Emission) -> BestPath:
        """The best path through `emission`, log-probabilities of shape (frames, vocabulary)."""
        search = _Search(self)
        for frame in emission:
            search.advance(frame)
        tokens = search.path()
        found = np.take_along_axis(emission, tokens[:, None], axis=-1)[:, 0]
        return BestPath(tokens, found.astype(np.float32))


class _Moves(NamedTuple):
    """Transitions from one frame's hypotheses to the next frame's; each field has shape (n,)."""

    parent: Ints
    context: Ints
    node: Ints
    blank: Flags
    score: Floats


class _Search:
    """The hypotheses after the frames seen so far, as arrays of shape (hypotheses,).

    A hypothesis is a context (the last complete word), a trie node, and whether its last frame was
    blank.
    """

    def __init__(self, decoder: BeamDecoder) -> None:
        self.d = decoder
        self.language, self.weights = decoder.language, decoder.language.weights
        self.context: Ints = np.array([self.language.other], np.int64)
        self.node: Ints = np.array([ROOT], np.int64)
        self.blank = np.array([True])
        self.score = np.zeros(1, np.float32)
        self.trail: list[tuple[Ints, npt.NDArray[np.int32]]] = []  # by frame: parents, tokens

    def advance(self, frame: Floats) -> None:
        """Adds one frame of log-probabilities, shape (vocabulary,)."""
        blank, delimiter = (
            frame[i] for i in (self.d.vocabulary.blank, self.d.vocabulary.delimiter)
        )
        moves = [self._move(np.arange(len(self.node)), blank, blank=True)]
        if blank < CERTAIN_BLANK_LOG_PROB:
            moves.append(self._repeats(frame))
            letters = np.flatnonzero((frame[self.d.token] > MIN_LETTER_LOG_PROB) & self.d.known)
            if len(letters):
                moves += self._letters(frame[self.d.token[letters]], letters)
            if delimiter > MIN_LETTER_LOG_PROB:
                moves += self._ends(delimiter)
        self._keep(_Moves(*(np.concatenate(part) for part in zip(*moves, strict=True))))

    def path(self) -> npt.NDArray[np.int32]:
        """The tokens of the best hypothesis, shape (frames,)."""
        ends = self.d.word[self.node] >= 0
        final = self.score.copy()
        final[ends] += self._word_gain(np.flatnonzero(ends))
        final[~ends & (self.node != ROOT)] += UNFINISHED_WORD_NATS
        at = int(final.argmax())
        tokens = np.empty(len(self.trail), np.int32)
        for frame in range(len(self.trail) - 1, -1, -1):
            parents, labels = self.trail[frame]
            tokens[frame] = labels[at]
            at = int(parents[at])
        return tokens

    def _keep(self, moves: _Moves) -> None:
        """Keeps the best move to each state, and the BEAM_WIDTH best states."""
        near = np.flatnonzero(moves.score > moves.score.max() - BEAM_MARGIN_NATS)
        near = near[np.argsort(-moves.score[near], kind="stable")]
        state = (moves.context[near] * self.d.nodes + moves.node[near]) * 2 + moves.blank[near]
        best = near[np.sort(np.unique(state, return_index=True)[1])[:BEAM_WIDTH]]
        self.context, self.node, self.blank = (
            moves.context[best], moves.node[best], moves.blank[best],
        )  # fmt: skip
        self.score = moves.score[best]
        tokens = np.where(self.blank, self.d.vocabulary.blank, self.d.label[self.node])
        self.trail.append((moves.parent[best], tokens.astype(np.int32)))

    def _move(
        self,
        parent: Ints,
        gain: Floats | float,
        context: Ints | None = None,
        node: Ints | None = None,
        blank: bool = False,
    ) -> _Moves:
        """Moves from the hypotheses `parent`; context and node stay unless given."""
        return _Moves(
            parent,
            self.context[parent] if context is None else context,
            self.node[parent] if node is None else node,
            np.full(len(parent), blank),
            (self.score[parent] + gain).astype(np.float32),
        )

    def _repeats(self, frame: Floats) -> _Moves:
        """The last letter goes on for another frame."""
        at = np.flatnonzero(~self.blank)
        return self._move(at, frame[self.d.label[self.node[at]]])

    def _letters(self, scores: Floats, letters: Ints) -> list[_Moves]:
        """Every hypothesis followed by each of `letters`, whose log-probabilities are `scores`."""
        d, weights = self.d, self.weights
        # CTC: the same letter twice needs a blank between.
        fresh = self.blank[:, None] | (d.letter[self.node][:, None] != letters)

        listed = np.flatnonzero(self.node < d.unlisted)
        child = self.language.children[self.node[listed]][:, letters]
        row, column = np.nonzero((child >= 0) & fresh[listed])
        parent, node = listed[row], child[row, column].astype(np.int64)
        gain = scores[column] + weights.words * (d.ahead[node] - d.ahead[self.node[parent]])
        known = self._move(parent, gain, node=node)

        at_start = self.node == ROOT
        row, column = np.nonzero(((self.node >= d.unlisted) | at_start)[:, None] & fresh)
        cost = np.where(at_start[row], weights.letter + weights.unknown, weights.letter)
        gain = scores[column] + cost.astype(np.float32)
        unknown = self._move(row, gain, node=d.unlisted + letters[column])
        return [known, unknown]

    def _ends(self, score: float) -> list[_Moves]:
        """A delimiter ends a word. A leading or a second delimiter ends none."""
        at = np.flatnonzero(self.d.word[self.node] >= 0)
        word = self.d.word[self.node[at]].astype(np.int64)
        root = np.full(len(at), ROOT, np.int64)
        ended = self._move(at, score + self._word_gain(at), context=word, node=root)
        return [ended, self._move(np.flatnonzero((self.node == ROOT) & self.blank), score)]

    def _word_gain(self, at: Ints) -> Floats:
        """The score that ending a word adds to hypotheses `at`, beyond its look-ahead score."""
        word = self.d.word[self.node[at]]
        bigram = self.language.score(self.context[at], word)
        listed = word != self.language.other
        gain = np.where(listed, self.weights.words * (bigram - self.d.ahead[self.node[at]]), 0.0)
        return (gain + self.weights.bonus).astype(np.float32)
