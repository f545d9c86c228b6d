"""How written words become searched tokens, on both sides: when indexing and when asking.

Speech has one spelling for what people write in several: "21st" and "twenty-first", "don't" and
"do not", "colour" and "color". Each written word becomes the tokens of its spoken form, in
American spelling; from the tokens come their stem, their sound, and the trigrams that run over word
boundaries, because a recogniser that mishears also cuts words differently ("into", "in to").

All of it runs here and not in the engine, so that a mark on the page is decided by the same
functions as the match, and a managed OpenSearch needs no plugin.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer
from breame.spelling import BRITISH_ENGLISH_SPELLINGS
from metaphone import doublemetaphone

from earshot import numerals

MAX_TOKEN_LETTERS = 64  # what is longer was never a word
GRAM_LETTERS = 3
# Longer tokens have trigrams enough that survive an edit.
MIN_SLIP_LETTERS, MAX_SLIP_LETTERS = 3, 8

# A number (of money, with thousands, decimals, an ordinal's ending or a plural's), a word with
# inner apostrophes, or one of the signs that people say. Letters behind a number are a word of
# their own.
_UNITS = re.compile(
    r"(?P<currency>[$£€])?(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<ending>(?:st|nd|rd|th|'?s)(?![^\W_]))?"
    r"|(?P<word>[^\W_]+(?:'[^\W_]+)*)"
    r"|(?P<sign>[&%@])"
)
_CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro"}
_SIGNS = {"&": "and", "%": "percent", "@": "at"}
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))

_HYPHENS = re.compile("[-‐‑–—]+")
_PUNCTUATION = "'\".,;:!?()[]{}…–—-*/\\<>|~^=+_#"

# English contractions are a closed class. 'd is left alone (had or would), and so is 's after a
# noun, where it is mostly a possessive.
_CLITICS = {"'re": "are", "'ve": "have", "'ll": "will", "'m": "am"}
_BEFORE_IS = frozenset(
    (
        "it",
        "that",
        "what",
        "he",
        "she",
        "there",
        "here",
        "who",
        "where",
        "how",
        "when",
        "why",
        "this",
    )
)
_CONTRACTIONS = {
    "can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"),
    "shan't": ("shall", "not"), "ain't": ("is", "not"), "let's": ("let", "us"),
    "gonna": ("going", "to"), "wanna": ("want", "to"), "gotta": ("got", "to"),
    "gimme": ("give", "me"), "lemme": ("let", "me"), "dunno": ("do", "not", "know"),
    "dont": ("do", "not"), "didnt": ("did", "not"), "doesnt": ("does", "not"),
    "isnt": ("is", "not"), "wasnt": ("was", "not"), "couldnt": ("could", "not"),
    "wouldnt": ("would", "not"), "shouldnt": ("should", "not"), "cant": ("can", "not"),
    "havent": ("have", "not"), "hasnt": ("has", "not"), "hadnt": ("had", "not"),
    "arent": ("are", "not"), "werent": ("were", "not"), "youre": ("you", "are"),
    "theyre": ("they", "are"), "ive": ("i", "have"), "youve": ("you", "have"),
    "weve": ("we", "have"), "theyve": ("they", "have"), "im": ("i", "am"),
    "ok": ("okay",), "mr": ("mister",), "mrs": ("missus",), "dr": ("doctor",),
}  # fmt: skip

# Matched exactly, never by what is near: recognisers rarely mishear them, and all else is near one.
STOP_WORDS = frozenset(
    """a about all also am an and any anyone are as at be been being but by can could did do does
    doing for from had has have he her him his how i if in into is it its me my no not of on one or
    our out said she so some than that the their them then there these they this those to too up us
    very was we were what when where which while who whom why will with would you your""".split()  # noqa: SIM905
)

_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Token:
    """One searched token; `word` is the index of the written word that it came from."""

    text: str
    word: int


def written(words: Iterable[str]) -> list[str]:
    """The words as they stand, but for case and punctuation; parts with a hyphen are words."""
    parts = (
        part.strip(_PUNCTUATION)
        for word in words
        for part in _HYPHENS.split(word.translate(_APOSTROPHES).casefold())
    )
    return [part[:MAX_TOKEN_LETTERS] for part in parts if part]


def tokens(words: Iterable[str]) -> list[Token]:
    """The tokens of written words; a word may give none ("—") or several ("twenty-one")."""
    return [Token(text, index) for index, word in enumerate(words) for text in spoken(word)]


@lru_cache(maxsize=100_000)
def spoken(word: str) -> tuple[str, ...]:
    """The spoken form of one written word: lower case, American spelling, numbers in words."""
    folded = unicodedata.normalize("NFKD", word.translate(_APOSTROPHES)).casefold()
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    spelled = (part for unit in _UNITS.finditer(plain) for part in _say(unit))
    return tuple(part[:MAX_TOKEN_LETTERS] for part in spelled if part)


def _say(unit: re.Match[str]) -> Sequence[str]:
    if sign := unit["sign"]:
        return (_SIGNS[sign],)
    if word := unit["word"]:
        return [BRITISH_ENGLISH_SPELLINGS.get(part, part) for part in _expand(word)]
    digits, ending = unit["number"].replace(",", ""), unit["ending"] or ""
    if currency := unit["currency"]:
        return _say_money(digits, _CURRENCIES[currency])
    if not ending.endswith("s"):
        return numerals.say(digits, ordinal=bool(ending))
    *before, last = numerals.say(digits)
    return [*before, numerals.plural(last)]  # the 1990s


def _say_money(amount: str, unit: str) -> Sequence[str]:
    whole, _, part = amount.partition(".")
    named = unit if whole == "1" else numerals.plural(unit)
    return [*numerals.say(whole), named, *(numerals.say(part) if part.strip("0") else ())]


def _expand(word: str) -> Sequence[str]:
    if word in _CONTRACTIONS:
        return _CONTRACTIONS[word]
    if word.endswith("n't"):
        return word[:-3], "not"
    stem, apostrophe, ending = word.rpartition("'")
    if "'" + ending in _CLITICS and apostrophe:
        return stem, _CLITICS["'" + ending]
    if ending == "s" and stem in _BEFORE_IS:
        return stem, "is"
    return (word.replace("'", ""),)


@lru_cache(maxsize=100_000)
def stem(token: str) -> str:
    return str(_stemmer.stemWord(token))


@lru_cache(maxsize=100_000)
def sound(token: str) -> str:
    """The token's Double Metaphone code; itself where the code says nothing (other scripts)."""
    return doublemetaphone(token)[0] or token


@lru_cache(maxsize=100_000)
def slips(token: str) -> tuple[str, ...]:
    """The token, and what is left of it when one letter is left out.

    Two tokens have one of these in common if they are an edit apart: what a fuzzy query looks for
    in the whole dictionary is a few exact look-ups here (Garbe's symmetric deletes).
    """
    if not MIN_SLIP_LETTERS <= len(token) <= MAX_SLIP_LETTERS:
        return (token,)
    return (token, *{token[:at] + token[at + 1 :] for at in range(len(token))})


def grams(texts: Iterable[str]) -> list[str]:
    """Trigrams of the texts written without spaces; the whole when it is shorter than one."""
    joined = "".join(texts)
    if len(joined) <= GRAM_LETTERS:
        return [joined] if joined else []
    return [joined[start : start + GRAM_LETTERS] for start in range(len(joined) - GRAM_LETTERS + 1)]
