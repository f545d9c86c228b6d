"""How a written word is said, in the letters of a CTC vocabulary.

A written word holds what nobody hears as such: digits, signs, accents, punctuation. A reading is
one way to say it. Where there are several ("1984"), the sound decides which one was said.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import islice, product

from earshot import numerals

MAX_READINGS = 8  # of one word

Reading = tuple[str, ...]
"""Spoken words of A-Z and the apostrophe."""

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))
# What Unicode does not decompose.
_FOLDED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)

_UNITS = re.compile(
    r"(?P<sign>[$£€])?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<clock>:\d\d)(?!\d)|(?P<ending>(?:st|nd|rd|th|'?s)(?![^\W_]))|(?P<percent>%))?"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<symbol>[&%@+=°#])"
)
_MONEY = {"$": ("dollar", "cent"), "£": ("pound", "penny"), "€": ("euro", "cent")}
_PLURALS = {"penny": "pence"}
_SYMBOLS = {
    "&": "and", "%": "percent", "@": "at", "+": "plus", "=": "equals", "°": "degrees",
    "#": "number",
}  # fmt: skip
# As the word is said, then as it is spelled.
_SHORT = {
    "mr": ("mister",), "mrs": ("missus", "misses"), "dr": ("doctor",), "st": ("saint", "street"),
    "vs": ("versus",), "ok": ("okay",), "am": (), "pm": (),
}  # fmt: skip


@lru_cache(maxsize=20_000)
def readings(word: str) -> tuple[Reading, ...]:
    """The ways to say a written word, the likeliest first.

    None for a word without letters or digits ("—"), and for one in letters that are not Latin: see
    `is_silent` for which of the two.
    """
    plain = fold(word)
    if not all(_is_latin(letter) for letter in plain):
        return ()
    units = [ways for unit in _UNITS.finditer(plain) if (ways := _say(unit))]
    if not units:
        return ()
    whole = (sum(parts, ()) for parts in islice(product(*units), MAX_READINGS))
    return tuple(dict.fromkeys(whole))


def is_silent(word: str) -> bool:
    """Whether nothing of it is said: punctuation alone."""
    return not any(unicodedata.category(c)[0] in "LN" for c in word) and not readings(word)


def is_punctuation(word: str) -> bool:
    """Whether it may stand on a neighbour: a dash may, a music note may not."""
    return all(unicodedata.category(c)[0] == "P" for c in word)


def _is_latin(character: str) -> bool:
    return (
        character.isascii()
        or unicodedata.category(character)[0] != "L"
        or unicodedata.name(character, "").startswith("LATIN")
    )


def fold(word: str) -> str:
    """Lower case without accents, with plain apostrophes; other scripts stay as they are."""
    decomposed = unicodedata.normalize("NFKD", word.translate(_APOSTROPHES)).casefold()
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(_FOLDED)


def _say(unit: re.Match[str]) -> Sequence[Reading]:
    if symbol := unit["symbol"]:
        return [_spoken([_SYMBOLS[symbol]])]
    if word := unit["word"]:
        said = _spoken([word])
        return [*(_spoken([way]) for way in _SHORT.get(word, ())), said] if said else []
    digits, ending = unit["number"].replace(",", ""), unit["ending"] or ""
    if sign := unit["sign"]:
        ways = _money(sign, digits)
    elif clock := unit["clock"]:
        ways = _clock(digits, clock[1:])
    elif ending.endswith("s"):
        ways = [[*way[:-1], numerals.plural(way[-1])] for way in numerals.readings(digits)]
    else:
        ways = numerals.readings(digits, ordinal=bool(ending))
        if unit["percent"]:
            ways = [[*way, "percent"] for way in ways]
    return [_spoken(way) for way in ways]


def _money(sign: str, digits: str) -> list[Sequence[str]]:
    """$5.50 is five dollars fifty; of "$5 million" the dollars come later."""
    unit, part = _MONEY[sign]
    whole, _, fraction = digits.partition(".")
    amounts = numerals.readings(whole)
    named = [[*way, _counted(unit, int(whole))] for way in amounts]
    if len(fraction) != 2:
        exact = numerals.readings(digits)
        return [*([[*way, unit + "s"] for way in exact] if fraction else named), *exact]
    if not int(fraction):
        return [*named, *amounts]
    coins = numerals.say(fraction)
    cents = [*coins, _counted(part, int(fraction))]
    return [
        [*named[0], "and", *cents],
        [*named[0], *coins],
        [*named[0], *cents],
        [*amounts[0], *coins],
    ]


def _counted(unit: str, count: int) -> str:
    return unit if count == 1 else _PLURALS.get(unit, unit + "s")


def _clock(hour: str, minute: str) -> list[Sequence[str]]:
    said = numerals.say(hour)
    if minute == "00":
        return [said, [*said, "o'clock"], [*said, "hundred"]]
    if minute[0] == "0":
        return [[*said, "oh", *numerals.say(minute[1])], [*said, *numerals.say(minute[1])]]
    return [[*said, *numerals.say(minute)]]


def _spoken(words: Iterable[str]) -> Reading:
    """In capitals; what is not Latin is left out."""
    kept = ("".join(c for c in word.upper() if "A" <= c <= "Z" or c == "'") for word in words)
    return tuple(word for word in kept if word)
