"""File names as tables and disks write them, brought to one form."""

import unicodedata
from pathlib import PurePath


def parts(name: str) -> tuple[str, ...]:
    """Folders and base name, whether slashes or backslashes stand between them.

    Whether an accent is a character of its own does not count (macOS takes them apart); nor do
    blanks around a name.
    """
    plain = name if name.isascii() else unicodedata.normalize("NFC", _text(name))
    plain = plain.strip().replace("\\", "/")
    return tuple(part.strip() for part in plain.split("/") if part.strip() not in ("", "."))


def base_name(name: str | PurePath) -> str:
    """Without folders, which differ between a table and a disk."""
    return (parts(str(name)) or ("",))[-1]


def _text(name: str) -> str:
    """A name whose bytes are not UTF-8 as what it is on old systems, Windows-1252, if it can be."""
    try:
        return name.encode("utf-8", "surrogateescape").decode()
    except UnicodeDecodeError as error:
        return error.object.decode("cp1252", "replace")
    except UnicodeEncodeError:
        return name
