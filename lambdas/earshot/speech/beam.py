"""CTC decoding by a beam through a word list: the likeliest words, not the likeliest letters.

A small model spells by ear. Here every word is a way through the trie of a word list, scored by a
bigram model, or an unknown word at a price a letter, so that names still come through. The search
is Viterbi's: hypotheses that agree on the last word and the place in the next one meet, and the
better one goes on (token passing; Young, Russell and Thornton, 1989).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from earshot.speech.ctc import BestPath
from earshot.speech.engine import Emission
from earshot.speech.language import LETTERS, ROOT, Language
from earshot.speech.vocabulary import Vocabulary

BEAM = 96
WITHIN = 16.0  # nats below the best hypothesis
LEAST = -8.0  # log-probability of a letter worth trying
CERTAIN = np.log(0.999)  # a blank this sure leaves nothing to try
UNFINISHED = -20.0  # nats for a recording that ends amid a listed word

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


class BeamDecoder:
    """Best paths by one language, for one model's vocabulary. Holds no state between calls."""

    name = "beam-bigram"

    def __init__(self, language: Language, vocabulary: Vocabulary) -> None:
        self.language = language
        self.vocabulary = vocabulary
        tokens = {token.upper(): index for index, token in enumerate(vocabulary.tokens)}
        # A letter that the model lacks is never heard; its token only fills the place.
        self.token = np.array([tokens.get(c, vocabulary.blank) for c in LETTERS])
        self.known = self.token != vocabulary.blank
        # Unknown words are as many more nodes as there are letters: the last one heard.
        self.unlisted = len(language.letter)
        self.nodes = self.unlisted + len(LETTERS)
        self.letter = np.concatenate([language.letter, np.arange(len(LETTERS))]).astype(np.int64)
        self.ahead = np.concatenate([language.ahead, np.zeros(len(LETTERS), np.float32)])
        self.ahead[ROOT] = 0.0
        others = np.full(len(LETTERS), language.other, np.int32)
        self.word = np.concatenate([language.word, others])
        self.label = np.append(self.token, vocabulary.delimiter)[self.letter]

    def best_path(self, emission: Emission) -> BestPath:
        """`emission` has shape (frames, vocabulary); the path spells words of the language."""
        search = _Search(self)
        for heard in emission:
            search.take(heard)
        tokens = search.path()
        found = np.take_along_axis(emission, tokens[:, None], axis=-1)[:, 0]
        return BestPath(tokens, found.astype(np.float32))


class _Moves(NamedTuple):
    """Ways from one frame's hypotheses to the next one's, each field of shape (n,)."""

    parent: Ints
    context: Ints
    node: Ints
    blank: Flags
    score: Floats


class _Search:
    """The hypotheses after some frames.

    One is a context (the last word), a node, and whether its last frame was blank.
    """

    def __init__(self, decoder: BeamDecoder) -> None:
        self.d = decoder
        self.language, self.weights = decoder.language, decoder.language.weights
        self.context: Ints = np.array([self.language.other], np.int64)
        self.node: Ints = np.array([ROOT], np.int64)
        self.blank = np.array([True])
        self.score = np.zeros(1, np.float32)
        self.trail: list[tuple[Ints, npt.NDArray[np.int32]]] = []  # parents and tokens of frames

    def take(self, heard: Floats) -> None:
        """One frame: `heard` (vocabulary,) are log-probabilities."""
        blank, delimiter = (
            heard[i] for i in (self.d.vocabulary.blank, self.d.vocabulary.delimiter)
        )
        moves = [self._move(np.arange(len(self.node)), blank, blank=True)]
        if blank < CERTAIN:
            moves.append(self._repeats(heard))
            letters = np.flatnonzero((heard[self.d.token] > LEAST) & self.d.known)
            if len(letters):
                moves += self._letters(heard[self.d.token[letters]], letters)
            if delimiter > LEAST:
                moves += self._ends(delimiter)
        self._keep(_Moves(*(np.concatenate(part) for part in zip(*moves, strict=True))))

    def path(self) -> npt.NDArray[np.int32]:
        """The tokens of the best hypothesis, one a frame."""
        ends = self.d.word[self.node] >= 0
        final = self.score.copy()
        final[ends] += self._word_gain(np.flatnonzero(ends))
        final[~ends & (self.node != ROOT)] += UNFINISHED
        at = int(final.argmax())
        tokens = np.empty(len(self.trail), np.int32)
        for frame in range(len(self.trail) - 1, -1, -1):
            parents, labels = self.trail[frame]
            tokens[frame] = labels[at]
            at = int(parents[at])
        return tokens

    def _keep(self, moves: _Moves) -> None:
        """The best move to each place, the BEAM best places."""
        near = np.flatnonzero(moves.score > moves.score.max() - WITHIN)
        near = near[np.argsort(-moves.score[near], kind="stable")]
        place = (moves.context[near] * self.d.nodes + moves.node[near]) * 2 + moves.blank[near]
        best = near[np.sort(np.unique(place, return_index=True)[1])[:BEAM]]
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
        """Moves that stay where they are, but for what is given."""
        return _Moves(
            parent,
            self.context[parent] if context is None else context,
            self.node[parent] if node is None else node,
            np.full(len(parent), blank),
            (self.score[parent] + gain).astype(np.float32),
        )

    def _repeats(self, heard: Floats) -> _Moves:
        at = np.flatnonzero(~self.blank)
        return self._move(at, heard[self.d.label[self.node[at]]])

    def _letters(self, heard: Floats, letters: Ints) -> list[_Moves]:
        """Every hypothesis goes on with every letter worth trying; `heard` is theirs."""
        d, weights = self.d, self.weights
        # A letter after itself needs a blank between.
        fresh = self.blank[:, None] | (d.letter[self.node][:, None] != letters)

        listed = np.flatnonzero(self.node < d.unlisted)
        child = self.language.children[self.node[listed]][:, letters]
        row, column = np.nonzero((child >= 0) & fresh[listed])
        parent, node = listed[row], child[row, column].astype(np.int64)
        gain = heard[column] + weights.words * (d.ahead[node] - d.ahead[self.node[parent]])
        known = self._move(parent, gain, node=node)

        at_start = self.node == ROOT
        row, column = np.nonzero(((self.node >= d.unlisted) | at_start)[:, None] & fresh)
        price = np.where(at_start[row], weights.letter + weights.unknown, weights.letter)
        gain = heard[column] + price.astype(np.float32)
        unknown = self._move(row, gain, node=d.unlisted + letters[column])
        return [known, unknown]

    def _ends(self, heard: float) -> list[_Moves]:
        """Words end at a delimiter; one at the beginning, or after another, ends nothing."""
        at = np.flatnonzero(self.d.word[self.node] >= 0)
        word = self.d.word[self.node[at]].astype(np.int64)
        root = np.full(len(at), ROOT, np.int64)
        ended = self._move(at, heard + self._word_gain(at), context=word, node=root)
        return [ended, self._move(np.flatnonzero((self.node == ROOT) & self.blank), heard)]

    def _word_gain(self, at: Ints) -> Floats:
        """What the words that end at hypotheses `at` add to what was counted ahead for them."""
        word = self.d.word[self.node[at]]
        said = self.language.score(self.context[at], word)
        listed = word != self.language.other
        gain = np.where(listed, self.weights.words * (said - self.d.ahead[self.node[at]]), 0.0)
        return (gain + self.weights.bonus).astype(np.float32)
