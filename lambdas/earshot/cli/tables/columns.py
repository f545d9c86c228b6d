"""The columns of a table, under the names that Common Voice's releases and others give them."""

from collections.abc import Sequence

FILENAME, TEXT = "filename", "text"
GENERATED, DURATION, HEARD = "generated_text", "duration", "heard_text"

# The first of them that is there counts.
_NAMES = {
    FILENAME: (FILENAME, "file_name", "path", "file"),
    TEXT: (TEXT, "sentence", "transcription", "transcript"),
    "accent": ("accent", "accents"),
}


def place_of(column: str, header: Sequence[str]) -> int | None:
    """Where a column is; None if the table has none. Capitals and blanks don't count."""
    plain = ["_".join(name.strip().lstrip("\ufeff").casefold().split()) for name in header]
    places = (plain.index(name) for name in _NAMES.get(column, (column,)) if name in plain)
    return next(places, None)


def other_names(column: str) -> tuple[str, ...]:
    """What a column may be called instead."""
    return tuple(f"or `{name}`" for name in _NAMES.get(column, ())[1:])
