"""How far an export is: how many recordings there are, and how many each page of it has."""

import csv
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO, StringIO
from typing import Any

import httpx

from earshot.cli.progress import Advance


def count_all(client: Any, api_url: str, name: str) -> int | None:
    """About how many recordings the export `name` has; None where that can't be told cheaply."""
    try:
        answer = client.get(f"{api_url}/collection")
        if answer.status_code != 200:
            return None
    except httpx.HTTPError:
        return None  # the export itself says what is wrong
    known = answer.json()
    total = int(known["searchable"]["recordings"])
    if not name.startswith("recordings."):
        return total
    others = known["waiting"], known["failed"]
    return None if known["counted_to"] in others else total + sum(others)


def counted(pages: Iterator[bytes], name: str, advance: Advance) -> Iterator[bytes]:
    """The pages of the export `name`; each one's recordings are done when the next is asked for."""
    for page in pages:
        yield page
        advance(_IN_PAGE[name](page))


def _lines(page: bytes) -> int:
    return page.count(b"\n")


def _rows(page: bytes) -> int:
    rows = csv.reader(StringIO(page.decode(), newline=""))
    return sum(row[0] != "recording_id" for row in rows)  # the first page has a header


def _recordings_cut(page: bytes) -> int:
    return len({json.loads(line)["recording_id"] for line in page.splitlines()})


def _files(page: bytes) -> int:
    with zipfile.ZipFile(BytesIO(page)) as archive:
        return len(archive.namelist())


_IN_PAGE: Mapping[str, Callable[[bytes], int]] = {
    "recordings.jsonl": _lines,
    "recordings.csv": _rows,
    "passages.jsonl": _recordings_cut,
    "transcripts.zip": _files,
}
