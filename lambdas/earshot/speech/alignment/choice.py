"""What is shown of one window: the writer's words where the sound bears them, else the listener's.

A writer knows the language and can invent; a listener invents nothing and misspells. Where the two
differ, the sound is asked how much likelier it finds the listener's words, in nats a letter, and
that must outweigh how sure the writer was. How much counts depends on how sure of itself the
listener is: the words of a weak one that fit best are still mostly wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from earshot.speech.alignment import marks, vouching
from earshot.speech.alignment.align import AlignedWord, align, count_letters, path_score
from earshot.speech.alignment.margins import MARGINS, Margins, is_weak
from earshot.speech.alignment.stretches import Spoken, Stretch, stretches
from earshot.speech.engine import Emission
from earshot.speech.readable import capital, is_i, readable_words
from earshot.speech.sentences import ends_sentence
from earshot.speech.transcript import Word
from earshot.speech.vocabulary import Vocabulary

USUAL_CONFIDENCE = 0.9
"""Of a writer that does not tell how sure it is of a word."""

LEFT_OUT_CONFIDENCE = 0.1
"""Of a writer in a stretch where words of its own were not said."""

CONTRADICTED = 0.5
"""Of their confidence is left to the words of a window that fell back, as of speech in another
language: each model hears its own English in it."""

CLEAR = 0.9
"""Words of a weak listener below it are not shown in such a window."""

MIN_AGREED = 0.5
"""Of the words that would be shown with a weak listener; if the writer has fewer of them, the
window falls back."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`words` are what a person reads. `fit` is how well all of the written text fits, in nats a
    letter; `fell_back`: so badly that the listener's words are shown instead.
    """

    words: tuple[Word, ...]
    fit: float
    fell_back: bool


def choose(
    heard: Sequence[Word],
    written: Sequence[str],
    emission: Emission,
    vocabulary: Vocabulary,
    frame_s: float,
    start_s: float = 0.0,
    confidences: Sequence[float] | None = None,
    margins: Margins = MARGINS,
) -> Shown:
    """`heard` and `written` are two texts of the sound that `emission` (frames, vocabulary) is of.

    The emission's first frame is at `start_s`, from which `heard` counts, too. `confidences` (0-1)
    are the writer's, one a written word.
    """
    aligned = align(written, emission, vocabulary)
    fit = vouching.fit(aligned, count_letters(written, vocabulary))
    if not aligned or fit < vouching.MIN_FIT:
        return Shown(_unconfirmed(heard, written), fit, fell_back=bool(written))
    stands = vouching.vouched(aligned)
    kept = [word for word, stand in zip(aligned, stands, strict=True) if stand]
    window = _Window(
        heard, kept, written, emission, vocabulary, frame_s, start_s, confidences, margins
    )
    words, agreed = window.shown()
    if is_weak([word.confidence for word in heard]) and agreed < len(words) * MIN_AGREED:
        return Shown(_unconfirmed(heard, written), fit, fell_back=True)
    return Shown(words, fit, fell_back=False)


def _unconfirmed(heard: Sequence[Word], written: Sequence[str]) -> tuple[Word, ...]:
    """The listener's words alone: worth less where the writer made something else of the sound.

    They take the marks of a text that says much the same. Of a weak listener only the clear ones
    are left: two models that make different English of a sound tell of another language.
    """
    least = CLEAR if is_weak([word.confidence for word in heard]) else 0.0
    readable = readable_words([word for word in heard if word.confidence >= least])
    texts = marks.shared([word.text for word in readable], written)
    return tuple(
        replace(word, text=text, confidence=round(word.confidence * CONTRADICTED, 4))
        for word, text in zip(readable, texts, strict=True)
    )


class _Window:
    """The words of both, and the sound that decides."""

    def __init__(
        self,
        heard: Sequence[Word],
        kept: Sequence[AlignedWord],
        written: Sequence[str],
        emission: Emission,
        vocabulary: Vocabulary,
        frame_s: float,
        start_s: float,
        confidences: Sequence[float] | None,
        margins: Margins,
    ) -> None:
        self.heard, self.kept, self.written = heard, kept, written
        self.emission, self.vocabulary = emission, vocabulary
        self.frame_s, self.start_s = frame_s, start_s
        self.confidences = confidences
        self.margin = margins.of([word.confidence for word in heard])
        self.spoken_written = [
            Spoken(" ".join(word.spoken), word.first, word.last) for word in kept
        ]
        self.spoken_heard = [
            Spoken(word.text.upper(), self._frame(word.start), self._frame(word.end))
            for word in heard
        ]

    def shown(self) -> tuple[tuple[Word, ...], int]:
        """The words, and how many of them the writer has, too."""
        words: list[Word] = []
        agreed = 0
        for stretch in stretches(self.spoken_written, self.spoken_heard):
            if stretch.same or not self._prefers_heard(stretch):
                words += [self._written_word(at, stretch) for at in range(*stretch.written)]
                agreed += len(range(*stretch.written))
            else:
                words += self._heard_words(stretch, words)
            self._close(stretch, words)
        return tuple(_with_capitals(words)), agreed

    def _frame(self, second: float) -> int:
        return round((second - self.start_s) / self.frame_s)

    def _confidence(self, index: int) -> float:
        return USUAL_CONFIDENCE if self.confidences is None else self.confidences[index]

    def _dropped(self, stretch: Stretch) -> range:
        """Indices of what was written from the stretch's beginning to its end, kept or not."""
        before, behind = stretch.written
        first = self.kept[before - 1].index + 1 if before else 0
        last = self.kept[behind].index if behind < len(self.kept) else len(self.written)
        return range(first, last)

    def _prefers_heard(self, stretch: Stretch) -> bool:
        gain = self._gain(stretch)
        inside = [self.kept[at].index for at in range(*stretch.written)]
        everything = self._dropped(stretch)
        sure = min((self._confidence(index) for index in inside), default=USUAL_CONFIDENCE)
        if len(inside) < len(everything):
            sure = min(sure, LEFT_OUT_CONFIDENCE)
        odds = float(np.log(np.clip(sure, 0.01, 0.99) / (1 - np.clip(sure, 0.01, 0.99))))
        return gain > self.margin.least + self.margin.odds * odds

    def _gain(self, stretch: Stretch) -> float:
        """Nats a letter by which the sound of the stretch makes the heard words likelier."""
        before, behind = stretch.written
        first = self.kept[before - 1].last if before else 0
        last = self.kept[behind].first if behind < len(self.kept) else len(self.emission)
        sound = self.emission[first : max(first + 1, last)]
        heard = [(word.text,) for word in self.spoken_heard[slice(*stretch.heard)]]
        texts = heard, [self.kept[at].spoken for at in range(before, behind)]
        letters = max(1, *(sum(map(len, chain(*words))) for words in texts))
        likelier, than = (path_score(words, sound, self.vocabulary) for words in texts)
        return (likelier - than) / letters

    def _written_word(self, at: int, stretch: Stretch) -> Word:
        word = self.kept[at]
        borne = float(np.exp(word.support))
        sure = self._confidence(word.index)
        if stretch.same:
            confidence = 1 - (1 - sure) * (1 - self.heard[stretch.heard[0]].confidence)
        else:
            confidence = float(np.sqrt(sure * borne))
        return Word(
            text=word.text,
            start=round(self.start_s + word.first * self.frame_s, 3),
            end=round(self.start_s + word.last * self.frame_s, 3),
            confidence=round(confidence, 4),
        )

    def _heard_words(self, stretch: Stretch, before: Sequence[Word]) -> list[Word]:
        heard = self.heard[slice(*stretch.heard)]
        written = [self.written[index] for index in self._dropped(stretch)]
        begins = not before or ends_sentence(before[-1].text)
        texts = marks.carried([word.text for word in heard], written, begins)
        return [replace(word, text=text) for word, text in zip(heard, texts, strict=True)]

    def _close(self, stretch: Stretch, words: list[Word]) -> None:
        """A mark at the end of words that were dropped goes to the word before them."""
        dropped = [self.written[index] for index in self._dropped(stretch)]
        if not stretch.same and words and dropped:
            words[-1] = replace(words[-1], text=marks.closed(words[-1].text, dropped))


def _with_capitals(words: Sequence[Word]) -> list[Word]:
    """A capital where a sentence begins, since what began it may have been dropped, and on I."""
    return [
        replace(word, text=capital(word.text))
        if at == 0 or ends_sentence(words[at - 1].text) or is_i(word.text)
        else word
        for at, word in enumerate(words)
    ]
