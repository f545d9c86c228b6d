"""What was heard is as good as the word: misspelt by one letter, or cut in two.

A misspelling that counts is one letter off, sounds the same, and is hardly a word of the language:
on the development clips nine of ten such words had been said, and of other likenesses far fewer.
The engine finds them by exact look-ups: two tokens have a key in common if and only if they are one
edit apart and sound the same, since an insertion, a deletion and a replacement each have a key of
their own form. A word that was cut in two ("light house") has a key too.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from earshot.search import analysis

MIN_LETTERS = 6  # of the word that is asked for; shorter ones have too many neighbours
MAX_FAMILIAR = "2"  # of the token that was heard: commoner words were probably said
MIN_JOINED_LETTERS = 5


def may_be_misspelt(token: str, familiar: str) -> bool:
    """Whether a token that was heard is indexed as a misspelling of others."""
    return (
        familiar <= MAX_FAMILIAR
        and len(token) >= MIN_LETTERS - 1
        and token not in analysis.STOP_WORDS
    )


def indexed_keys(token: str) -> list[str]:
    """The keys under which a token that was heard is found."""
    sound = analysis.sound(token)
    forms = (f"={token}", *_replaced(token), *(f"-{short}" for short in _shortened(token)))
    return [f"{form}|{sound}" for form in dict.fromkeys(forms)]


def joined_keys(tokens: Sequence[str]) -> list[str]:
    """The keys under which two tokens that were heard in a row are found as one word."""
    pairs = (one + two for one, two in pairwise(tokens) if are_one_word(one, two))
    return [f"+{pair}" for pair in dict.fromkeys(pairs)]


def are_one_word(one: str, two: str) -> bool:
    """Whether two neighbours may be one word. Stop words are not: "see the" is no "seethe"."""
    return len(one + two) >= MIN_JOINED_LETTERS and not {one, two} & analysis.STOP_WORDS


def asked_keys(word: str) -> list[str]:
    """The keys that find a word misspelt or cut in two; none for a short one."""
    joined = [f"+{word}"] if len(word) >= MIN_JOINED_LETTERS else []
    return [*joined, *_misspelling_keys(word)]


def _misspelling_keys(word: str) -> list[str]:
    if len(word) < MIN_LETTERS:
        return []
    sound = analysis.sound(word)
    forms = (f"-{word}", *_replaced(word), *(f"={short}" for short in _shortened(word)))
    return [f"{form}|{sound}" for form in dict.fromkeys(forms)]


def is_misspelling(word: str, token: str, familiar: str) -> bool:
    """Whether the heard token is found as a misspelling of the word: what the keys say."""
    return (
        abs(len(word) - len(token)) <= 1
        and may_be_misspelt(token, familiar)
        and not set(_misspelling_keys(word)).isdisjoint(indexed_keys(token))
    )


def _replaced(token: str) -> Iterator[str]:
    return (f"{token[:at]}?{token[at + 1 :]}" for at in range(len(token)))


def _shortened(token: str) -> Iterator[str]:
    return (token[:at] + token[at + 1 :] for at in range(len(token)))
