"""How numbers are said: digits to English words, for search and for speech alike."""

import re
from collections.abc import Sequence

LONGEST_NUMBER = 15  # digits on either side of the point


def say(digits: str, ordinal: bool = False) -> Sequence[str]:
    """The likeliest words for `digits`, which may hold a point: "1984" is nineteen eighty four."""
    whole, point, fraction = digits.partition(".")
    if len(whole) > LONGEST_NUMBER or len(fraction) > LONGEST_NUMBER:
        return _digit_by_digit(whole + fraction)  # a card number, a bar code
    if point:
        return _words(digits)
    value = int(whole)
    if ordinal:
        return _words(value, "ordinal")
    if len(whole) == 4 and (1100 <= value <= 1999 or 2010 <= value <= 2099):
        return _words(value, "year")
    return _words(value)


def readings(digits: str, ordinal: bool = False) -> list[Sequence[str]]:
    """The ways to say `digits`, the likeliest first; with and without "and" are two ways."""
    said: list[Sequence[str]] = [say(digits, ordinal)]
    if digits.isdecimal() and len(digits) <= LONGEST_NUMBER:
        value = int(digits)
        said.append(_words(value, "ordinal" if ordinal else "cardinal"))
        if not ordinal and 1100 <= value <= 2099 and len(digits) == 4:
            said.append(_words(value, "year"))
    said += [[word for word in one if word != "and"] for one in said]
    said += [["a", *one[1:]] for one in said if len(one) > 1 and one[:1] == ["one"]]
    if digits.isdecimal() and not ordinal and len(digits) > 1:
        said += _in_parts(digits)
    return [list(one) for one in dict.fromkeys(map(tuple, said))]


def plural(numeral: str) -> str:
    """sixes, nineties, hundreds"""
    if numeral.endswith("y"):
        return numeral[:-1] + "ies"
    return numeral + ("es" if numeral.endswith("x") else "s")


def _in_parts(digits: str) -> list[Sequence[str]]:
    """As in room 305 and flight 1207: one digit and a pair, two pairs, or single digits."""
    parts: list[Sequence[str]] = []
    if len(digits) in (3, 4) and digits[-2:] != "00" and digits[0] != "0":
        head, pair = digits[:-2], digits[-2:]
        tail = ["oh", *_words(int(pair))] if pair[0] == "0" else _words(int(pair))
        parts.append([*_words(int(head)), *tail])
    single = _digit_by_digit(digits)
    parts.append(single)
    if "zero" in single:
        parts.append(["oh" if word == "zero" else word for word in single])
    return parts


def _digit_by_digit(digits: str) -> list[str]:
    return [word for digit in digits for word in _words(int(digit))]


def _words(number: int | str, form: str = "cardinal") -> list[str]:
    from num2words import num2words  # 27 ms, and only for who writes digits

    return re.findall(r"[a-z]+", num2words(number, to=form))
