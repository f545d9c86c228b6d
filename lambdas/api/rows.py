"""Answers that other programs take away: rows of CSV, lines of JSON, and files in a zip.

Each is bounded, because Lambda answers 6 MB at most, and binary ones as base64: what does not fit
is left to the next page.
"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from api.parameters import OnlyKnownParameters
from earshot.recordings.record import Recording

JSON_LINES = "application/jsonl"
MAX_TEXT_BYTES = 4_000_000
MAX_ZIP_BYTES = 3_500_000
# What spreadsheets take for a formula, whoever wrote it into a title or a file's name.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def described(media_type: str) -> dict[str, Any]:
    """What all routes have in common that answer with such."""
    following = {"description": "Where the next page is.", "schema": {"type": "string"}}
    content = {"content": {media_type: {}}, "headers": {"Link": following}}
    return {
        "dependencies": [OnlyKnownParameters],
        "response_class": Response,
        "responses": {200: content},
    }


def answer(request: Request, content: bytes, media_type: str, cursor: str | None) -> Response:
    """A page, and in `Link` where the next one is, relative to this one (RFC 8288)."""
    name = request.scope["path"].rpartition("/")[2]
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"}
    if cursor:
        asked = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
        headers["link"] = f'<{name}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'
    if media_type.startswith("text/"):
        media_type += "; charset=utf-8"
    return Response(content, media_type=media_type, headers=headers)


@dataclass(frozen=True, slots=True)
class Taken:
    """What fits on a page. `last` is the last recording that is in it, if others had to wait."""

    content: bytes
    last: Recording | None = None


def text(
    recordings: Sequence[Recording], write: Callable[[Recording], str], head: str = ""
) -> Taken:
    """What `write` makes of each, one after another; the first in any case."""
    parts, size = [head.encode()], 0
    for place, one in enumerate(recordings):
        part = write(one).encode(errors="replace")
        if place and size + len(part) > MAX_TEXT_BYTES:
            return Taken(b"".join(parts), recordings[place - 1])
        parts.append(part)
        size += len(part)
    return Taken(b"".join(parts))


def archive(
    recordings: Sequence[Recording], files: Callable[[Recording], Iterable[tuple[str, str]]]
) -> Taken:
    """A zip of the (name, content) that `files` makes of each; the first in any case."""
    buffer = io.BytesIO()
    last = None
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archived:
        for place, one in enumerate(recordings):
            if place and buffer.tell() > MAX_ZIP_BYTES:
                last = recordings[place - 1]
                break
            for name, content in files(one):
                # A time of its own would make the same transcripts another archive each time.
                archived.writestr(
                    zipfile.ZipInfo(name), content, compress_type=zipfile.ZIP_DEFLATED
                )
    return Taken(buffer.getvalue(), last)


def json_line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_line(cells: Iterable[Any]) -> str:
    """As RFC 4180 has it. Lists have "; " between; what looks like a formula gets an apostrophe."""
    written = io.StringIO()
    csv.writer(written).writerow([_cell(one) for one in cells])
    return written.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return _cell("; ".join(map(str, value)))
    said = str(value)
    is_number = isinstance(value, int | float)
    return f"'{said}" if said.startswith(_FORMULA) and not is_number else said
