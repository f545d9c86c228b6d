"""The page's files as they are served: what is in site/, but for its scripts' comments and indents.

Comments are a fifth of what a phone would load. Nothing else is changed, and lines keep their
numbers, so what a browser shows of a script can be found in the repository.
"""

import re
from pathlib import Path

SITE = Path(__file__).resolve().parent.parent / "site"
NOT_FOUND = "404.html"  # the page once more, for addresses that are none of it

_COMMENT = re.compile(r"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*$", re.MULTILINE | re.DOTALL)
# What a value is taken for by who checks types; a bracket follows, and stays.
_CAST = re.compile(r"/\*\* @type \{[^}\n]*\} \*/ (?=\()")
# Behind code, on the same line. That none is part of a text, a test looks.
_BEHIND_CODE = re.compile(r"(?<=[;,{}()\[\]:>]) +// .*$", re.MULTILINE)
# No text of a script runs over several lines: a test looks.
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def served() -> dict[str, bytes]:
    """The content of each file by its path, as `js/main.js`."""
    there = [path for path in SITE.rglob("*") if path.is_file() and path.name != "README.md"]
    return {path: content(path) for path in (NOT_FOUND, *(str(p.relative_to(SITE)) for p in there))}


def content(path: str) -> bytes:
    """Of one file; raises FileNotFoundError."""
    file = (SITE / ("index.html" if path == NOT_FOUND else path)).resolve()
    if not file.is_relative_to(SITE) or not file.is_file():
        raise FileNotFoundError(path)
    return (
        without_comments(file.read_text()).encode() if file.suffix == ".js" else file.read_bytes()
    )


def without_comments(script: str) -> str:
    """Without comments and indents."""
    whole_lines_gone = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), script)
    return _INDENT.sub("", _BEHIND_CODE.sub("", _CAST.sub("", whole_lines_gone)))
