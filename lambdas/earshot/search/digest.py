"""What ranking and marks need of a passage, packed so that hundreds are fetched in a moment.

The engine keeps it as binary doc values, which it hands out without opening the stored document:
for a hundred candidates that is a third of a search's time saved.
"""

import base64
import binascii
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from earshot.search import analysis

FORMAT = "6"  # of the packed text; to be raised when it changes
MIN_CONFIDENCE = 0.6  # from here on a word is taken for what was said
UNFAMILIAR = "0"
_LINES_A_TEXT = 6


@dataclass(frozen=True)
class Text:
    """One text of a passage; its `tokens`, and its words as `written`, are separated by spaces.

    `sounds` are those of all tokens in a row. `familiar` is one digit for each token: how likely it
    was said as it was heard. `token_words` and `written_words` tell under which shown word each
    token, and each written word, lies: packed, because only the marks of a page need them.
    """

    tokens: str
    sounds: str
    familiar: str
    written: str
    packed_token_words: str
    packed_written_words: str

    @cached_property
    def token_words(self) -> tuple[int, ...]:
        return _unpack_numbers(self.packed_token_words, len(self.familiar))

    @cached_property
    def written_words(self) -> tuple[int, ...]:
        count = self.written.count(" ") + 1 if self.written else 0
        return _unpack_numbers(self.packed_written_words, count)

    @classmethod
    def of(
        cls,
        words: Sequence[str],
        confidences: Sequence[float],
        shown: Sequence[int] | None = None,
    ) -> "Text":
        """The text of these words; `shown` tells which shown word each of them lies under."""
        tokens = analysis.tokens(words)
        texts = [token.text for token in tokens]
        written = [(one, n) for n, word in enumerate(words) for one in analysis.written([word])]
        places = shown if shown is not None else range(len(words))
        return cls(
            tokens=" ".join(texts),
            sounds="".join(map(analysis.sound, texts)),
            familiar=familiarity(texts, [confidences[token.word] for token in tokens]),
            written=" ".join(one for one, _ in written),
            packed_token_words=_pack_numbers([places[token.word] for token in tokens]),
            packed_written_words=_pack_numbers([places[n] for _, n in written]),
        )


@dataclass(frozen=True, slots=True)
class PassageDigest:
    """The `n`-th of a recording's `passages`: the shown text, and the listener's if it differs.

    `has_sound`: its frame letters are in the index too.
    """

    recording_id: str
    n: int
    passages: int
    texts: tuple[Text, ...]
    has_sound: bool = False

    @property
    def shown(self) -> Text:
        return self.texts[0]

    def pack(self) -> str:
        """For the engine: base64."""
        lines = [f"{FORMAT} {self.recording_id} {self.n} {self.passages} {self.has_sound:d}"]
        for text in self.texts:
            lines += [text.tokens, text.sounds, text.familiar, text.written]
            lines += [text.packed_token_words, text.packed_written_words]
        return base64.b64encode("\n".join(lines).encode()).decode()

    def vocabulary(self) -> dict[str, str]:
        """The tokens, and the digit of each that tells how familiar it is, at its most."""
        if len(self.texts) == 1:
            (text,) = self.texts
            return dict(zip(text.tokens.split(), text.familiar, strict=True))
        found: dict[str, str] = {}
        for text in self.texts:
            for token, familiar in zip(text.tokens.split(), text.familiar, strict=True):
                found[token] = max(familiar, found.get(token, familiar))
        return found


def unpack(packed: str) -> PassageDigest | None:
    """From the engine, whose doc values come without padding; None from what older code wrote."""
    text = binascii.a2b_base64(packed + "==").decode()  # it takes more padding than it needs
    place, *lines = text.split("\n")
    version, *about = place.split(" ")
    if version != FORMAT:
        return None
    recording_id, n, passages, sound = about
    texts = tuple(
        Text(*lines[at : at + _LINES_A_TEXT]) for at in range(0, len(lines), _LINES_A_TEXT)
    )
    return PassageDigest(recording_id, int(n), int(passages), texts, sound == "1")


def familiarity(tokens: Iterable[str], confidences: Iterable[float]) -> str:
    """Of each token a digit: 0 is no word of the language, or one heard without confidence, 1 a
    rare word, 8 "the" (the logarithm of how often in a billion words it is written)."""
    return "".join(
        str(commonness(token)) if confidence >= MIN_CONFIDENCE else UNFAMILIAR
        for token, confidence in zip(tokens, confidences, strict=True)
    )


def commonness(token: str) -> int:
    """0 for no word of the language, else 1 to 9 for how common it is."""
    words = _frequencies()
    share = words[token] / words.total_words
    return min(max(round(math.log10(share * 1e9)), 1), 9) if share else 0


@cache
def _frequencies() -> Any:
    from spellchecker import SpellChecker  # 0.2 s; searches seldom need it

    return SpellChecker(language="en", distance=1).word_frequency


def _pack_numbers(numbers: Sequence[int]) -> str:
    """Empty where each is a word of its own, as mostly."""
    return "" if list(numbers) == list(range(len(numbers))) else " ".join(map(str, numbers))


def _unpack_numbers(packed: str, count: int) -> tuple[int, ...]:
    return tuple(map(int, packed.split())) if packed else tuple(range(count))
