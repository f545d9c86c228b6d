"""`earshot export`: recordings, passages or transcripts out of a deployment, through its API."""

import os
import zipfile
from collections.abc import Iterator
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urljoin

import httpx
import typer

from earshot.cli import outputs
from earshot.cli.exported import count_all, counted
from earshot.cli.options import Stack
from earshot.cli.progress import progress
from earshot.errors import EarshotError, InputError

_TIMEOUT_S = 60


class Form(StrEnum):
    """Of the transcripts in a zip."""

    TXT = "txt"
    SRT = "srt"
    VTT = "vtt"
    JSON = "json"


class ExportFailed(EarshotError):
    """The API did not give a page; what was written before is thrown away."""

    code = "export"


def export(
    out: Annotated[Path, typer.Argument(help="A file: .jsonl, .csv or .zip.", metavar="OUT")],
    passages: Annotated[
        bool, typer.Option("--passages", help="Passages with times and links; OUT is .jsonl.")
    ] = False,
    prefix: Annotated[str, typer.Option(help="Only keys that begin with this.")] = "",
    format_: Annotated[
        Form, typer.Option("--format", help="Of the transcripts in a .zip.")
    ] = Form.TXT,
    stack: Stack = None,
) -> None:
    """Write all recordings (.jsonl, .csv) or all transcripts (.zip) into one file.

    OUT appears when it is whole. A deployment whose reading needs a key takes it from
    EARSHOT_API_KEY.
    """
    target = outputs.find(stack)
    name = _source(out, passages)
    asked = {"prefix": prefix} if prefix else {}
    if out.suffix == ".zip":
        asked["format"] = str(format_)
    key = os.environ.get("EARSHOT_API_KEY", "")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(headers=headers, timeout=_TIMEOUT_S) as client:
        total = None if prefix else count_all(client, target.api_url, name)
        with progress("Exporting", total) as advance:
            pages = list_pages(client, f"{target.api_url}/export/{name}", asked)
            pages = counted(pages, name, advance)
            count = (write_zip if out.suffix == ".zip" else write_text)(pages, out)
    print(f"{count:,} pages written to {out}.")


def list_pages(client: Any, address: str, asked: dict[str, str]) -> Iterator[bytes]:
    """Each page of an export, by the link to it in the one before. Raises ExportFailed."""
    query: dict[str, str] | None = asked
    while True:
        try:
            answer = client.get(address, params=query)
        except httpx.HTTPError as error:
            raise ExportFailed(f"The API does not answer: {error}.") from error
        if answer.status_code != 200:
            raise ExportFailed(f"The API answered {answer.status_code}: {answer.text[:200]}")
        yield answer.content
        if "next" not in answer.links:
            return
        address, query = urljoin(str(answer.url), answer.links["next"]["url"]), None


def write_text(pages: Iterator[bytes], out: Path) -> int:
    """One page after another; how many."""
    part = out.with_name(f"{out.name}.part")
    count = 0
    with part.open("wb") as file:
        for page in pages:
            file.write(page)
            count += 1
    part.replace(out)
    return count


def write_zip(pages: Iterator[bytes], out: Path) -> int:
    """The files of all pages in one archive; how many pages."""
    part = out.with_name(f"{out.name}.part")
    count = 0
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as whole:
        for page in pages:
            with zipfile.ZipFile(BytesIO(page)) as some:
                for name in some.namelist():
                    whole.writestr(name, some.read(name))
            count += 1
    part.replace(out)
    return count


def _source(out: Path, passages: bool) -> str:
    names = {".jsonl": "recordings.jsonl", ".csv": "recordings.csv", ".zip": "transcripts.zip"}
    if passages:
        names = {".jsonl": "passages.jsonl"}
    if out.suffix not in names:
        raise InputError(f"{out.name} must end with {' or '.join(names)}.")
    return names[out.suffix]
