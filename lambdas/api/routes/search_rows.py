"""GET /search.jsonl and /search.csv: hits as rows, for other programs."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api import rows
from api.routes.search import Asked
from api.services import Index
from earshot.search.request import Hit

router = APIRouter(tags=["search"])

COLUMNS = (  # of a hit
    "recording_id", "key", "title", "speaker", "place", "collection", "recorded_at", "tags",
    "start", "end", "text", "match", "score", "duration", "age", "gender", "accent", "source",
    "model", "uploaded_at", "confidence", "estimated_times",
)  # fmt: skip


@router.get("/search.jsonl", **rows.described(rows.JSON_LINES))
def search_json_lines(index: Index, asked: Asked, request: Request) -> Response:
    """The hits of `/search`, one as JSON a line, without the times of their words."""
    found = index.search(asked)
    lines = "".join(rows.json_line(_row(hit)) for hit in found.hits)
    return rows.answer(request, lines.encode(), rows.JSON_LINES, found.cursor)


@router.get("/search.csv", **rows.described("text/csv"))
def search_csv(index: Index, asked: Asked, request: Request) -> Response:
    """The hits of `/search`, one a row. A page that no cursor asked for has the header."""
    found = index.search(asked)
    head = "" if asked.cursor else rows.csv_line(COLUMNS)
    lines = "".join(rows.csv_line(_row(hit).values()) for hit in found.hits)
    return rows.answer(request, (head + lines).encode(), "text/csv", found.cursor)


def _row(hit: Hit) -> dict[str, Any]:
    return {name: getattr(hit, name) for name in COLUMNS}
