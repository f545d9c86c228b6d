"""What a setting's value may be: read from text or JSON, checked, and said in words.

`allowed` completes the sentence "NAME must be …". It is what a refusal says and what docs/deploy.md
shows.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Rule:
    """Annotates a field of a Pydantic model: `Annotated[int, WholeNumber(1, 900)]`."""

    @property
    def allowed(self) -> str:
        raise NotImplementedError

    def read(self, value: Any) -> Any:
        """The value in its type; raises ValueError when it is none that is allowed."""
        raise NotImplementedError

    def hint(self, value: Any) -> str:
        """What may have been meant by a refused value."""
        del value
        return ""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        del handler
        optional = type(None) in get_args(source)

        def check(value: Any) -> Any:
            if value is None and optional:
                return None
            try:
                return self.read(value)
            except ValueError as error:
                said = f"must be {self.allowed}, not {value!r}{self.hint(value)}"
                raise ValueError(said) from error

        return core_schema.no_info_plain_validator_function(check)


@dataclass(frozen=True)
class WholeNumber(Rule):
    """From `least` to `most`, both allowed; without a limit where `most` is None."""

    least: int
    most: int | None = None

    @property
    def allowed(self) -> str:
        if self.most is None:
            return f"a whole number, {self.least} or more"
        return f"a whole number from {self.least} to {self.most}"

    def read(self, value: Any) -> int:
        number = _whole(value)
        if number < self.least or (self.most is not None and number > self.most):
            raise ValueError(number)
        return number


@dataclass(frozen=True)
class OneOf(Rule):
    """One of some whole numbers."""

    numbers: Collection[int]

    @property
    def allowed(self) -> str:
        return f"one of {', '.join(str(one) for one in self.numbers)}"

    def read(self, value: Any) -> int:
        number = _whole(value)
        if number not in self.numbers:
            raise ValueError(number)
        return number


class Flag(Rule):
    """true or false."""

    allowed = "true or false"

    def read(self, value: Any) -> bool:
        known: Mapping[str, bool] = {"true": True, "false": False}
        if (text := str(value).lower()) not in known:
            raise ValueError(text)
        return known[text]


@dataclass(frozen=True)
class Matching(Rule):
    """Text that `pattern` matches as a whole; `words` say the pattern in plain English."""

    pattern: str
    words: str

    @property
    def allowed(self) -> str:
        return self.words

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value, re.ASCII):
            raise ValueError(value)
        return value


@dataclass(frozen=True)
class Known(Rule):
    """One of many names; `words` say what they are names of. With `several`, some, with commas."""

    names: Collection[str]
    words: str
    several: bool = False

    @property
    def allowed(self) -> str:
        return self.words

    def read(self, value: Any) -> str:
        parts = self._parts(value)
        if not set(parts) <= set(self.names) or len(set(parts)) < len(parts):
            raise ValueError(value)
        return ",".join(parts)

    def hint(self, value: Any) -> str:
        unknown = [part for part in self._parts(value) if part not in self.names]
        return nearest(unknown[0], self.names) if unknown else ""

    def _parts(self, value: Any) -> list[str]:
        return str(value).split(",") if self.several else [str(value)]


def nearest(word: str, names: Collection[str]) -> str:
    """A hint at the name that is most like `word`; empty if none is."""
    found = get_close_matches(word.strip().lower().replace("-", "_"), names, n=1)
    return f"; did you mean {found[0]}?" if found else ""


def _whole(value: Any) -> int:
    """JSON has numbers, the command line has text; true is no number, though Python's is 1."""
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,15}", str(value), re.ASCII):
        raise ValueError(value)
    return int(value)
