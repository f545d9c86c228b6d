"""/export/…: recordings, passages and transcripts for other programs, a bounded page at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from api import rows
from api.retrieval import passages_of
from api.routes.recordings import MAX_PAGE
from api.schemas import RecordingSummary
from api.services import Settings, Store
from earshot.recordings import formats
from earshot.recordings.cursors import Cursor, encode
from earshot.recordings.ids import MAX_KEY_BYTES
from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings

router = APIRouter(tags=["export"])

COLUMNS = tuple(
    name
    for name in RecordingSummary.model_fields
    if name not in ("incomplete", "listened_to", "playback", "sidecar_fault")
)
_WRITERS: Mapping[str, Callable[..., str]] = {
    "txt": formats.to_txt,
    "srt": formats.to_srt,
    "vtt": formats.to_vtt,
    "json": formats.to_json,
}
Prefix = Annotated[
    str | None, Query(max_length=MAX_KEY_BYTES, description="Keys that begin with this.")
]
Next = Annotated[str | None, Query(alias="cursor", max_length=4000, description="As in `Link`.")]
Size = Annotated[int, Query(ge=1, le=MAX_PAGE, description="At most so many a page.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an export asks for: a page of recordings by key."""

    recordings: Recordings
    prefix: str | None
    cursor: str | None
    size: int

    def page(self, status: Status | None = None) -> tuple[list[Recording], str | None]:
        """The recordings without transcripts, and the cursor of the next page."""
        return self.recordings.list(status, self.prefix, self.cursor, self.size, "key")


def at_most(usual: int) -> Any:
    """The parameters that every export takes; a page has so many unless it is said."""

    def asked(
        recordings: Store, prefix: Prefix = None, cursor: Next = None, size: Size = usual
    ) -> Asked:
        return Asked(recordings, prefix, cursor, size)

    return Depends(asked)


@router.get("/export/recordings.jsonl", **rows.described(rows.JSON_LINES))
def export_json_lines(request: Request, asked: Annotated[Asked, at_most(100)]) -> Response:
    """Recordings by key, one as JSON a line."""
    page, following = asked.page()
    taken = rows.text(page, lambda one: rows.json_line(_row(one)))
    return _answer(request, taken, following, rows.JSON_LINES)


@router.get("/export/recordings.csv", **rows.described("text/csv"))
def export_csv(request: Request, asked: Annotated[Asked, at_most(100)]) -> Response:
    """Recordings by key, one a row. The first page has the header."""
    page, following = asked.page()
    head = "" if asked.cursor else rows.csv_line(COLUMNS)
    taken = rows.text(
        page, lambda one: rows.csv_line(_row(one).get(name) for name in COLUMNS), head
    )
    return _answer(request, taken, following, "text/csv")


@router.get("/export/passages.jsonl", **rows.described(rows.JSON_LINES))
def export_passages(
    request: Request, settings: Settings, asked: Annotated[Asked, at_most(20)]
) -> Response:
    """The passages of recordings by key, one as JSON a line. A page may be empty: follow `Link`."""
    page, following = asked.page(Status.DONE)

    def lines(one: Recording) -> str:
        whole = asked.recordings.get(one.recording_id)
        cut = passages_of(whole, settings.site_url) if whole else ()
        return "".join(rows.json_line(passage.model_dump()) for passage in cut)

    return _answer(request, rows.text(page, lines), following, rows.JSON_LINES)


@router.get("/export/transcripts.zip", **rows.described("application/zip"))
def export_zip(
    request: Request,
    asked: Annotated[Asked, at_most(50)],
    format: Annotated[  # noqa: A002 - what it is called in an address
        Literal["txt", "srt", "vtt", "json"], Query(description="Of the files in it.")
    ] = "txt",
) -> Response:
    """The transcripts of recordings by key, as files under their keys. A page may be empty."""
    page, following = asked.page(Status.DONE)
    taken = rows.archive(page, lambda one: _files(asked.recordings, one, format))
    return _answer(request, taken, following, "application/zip")


def _files(recordings: Recordings, one: Recording, form: str) -> Iterator[tuple[str, str]]:
    whole = recordings.get(one.recording_id)
    if whole and whole.transcript:
        yield f"{_safe(whole.key)}.{form}", _WRITERS[form](whole.transcript)


def _safe(key: str) -> str:
    """The key as a path that unpacks below its folder, whatever stands in it."""
    parts = [part for part in key.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(parts) or "recording"


def _row(recording: Recording) -> dict[str, Any]:
    return RecordingSummary.of(recording).model_dump(mode="json", exclude_unset=True)


def _answer(
    request: Request, taken: rows.Taken, following: str | None, media_type: str
) -> Response:
    after = encode(Cursor("key", taken.last.key)) if taken.last else following
    return rows.answer(request, taken.content, media_type, after)
