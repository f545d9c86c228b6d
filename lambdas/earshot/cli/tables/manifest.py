"""What a table says of each file, by the file's name."""

from collections.abc import Mapping
from pathlib import Path

from earshot.cli.tables import table as tables
from earshot.cli.tables.columns import FILENAME, TEXT
from earshot.cli.tables.form import TableError
from earshot.cli.tables.names import base_name


def texts_by_name(path: Path) -> Mapping[str, str]:
    """What was said, by base name (earshot.cli.tables.names). Raises TableError as below."""
    return values_by_name(path, TEXT)


def values_by_name(path: Path, column: str) -> Mapping[str, str]:
    """One column of a table whose rows can all be trusted.

    Raises TableError when the file is no such table, when a row can't be trusted, or when two rows
    of one name differ.
    """
    table = tables.read(path)
    table.need(FILENAME, column)
    for one in table.refused(FILENAME, column):
        raise TableError(f"{path.name}, {one}.")
    values: dict[str, str] = {}
    for row in table.trusted():
        name, value = base_name(table.value(row, FILENAME)), table.value(row, column)
        if values.setdefault(name, value) != value:
            raise TableError(f"{path.name}, line {row.line}: {name} came before, differently.")
    return values
