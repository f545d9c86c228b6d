"""/recordings/{id}.txt|.srt|.vtt|.json, as people and players read it; /marks: where it answers."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api import caching
from api.errors import NotAcceptable, NoTranscript
from api.routes.recordings import Found
from earshot.recordings import formats
from earshot.recordings.record import Recording, Status
from earshot.search.request import MAX_QUERY_CHARS, Mark
from earshot.speech.transcript import Transcript

router = APIRouter(tags=["transcripts"])

# Lambda answers at most 6 MB; eight hours of speech are more than that as JSON, until compressed.
MAX_ANSWER_BYTES = 5_500_000

_FORMATS: Mapping[str, tuple[Callable[..., str], str, str]] = {
    "txt": (formats.to_txt, "text/plain", "Plain text, a line a segment."),
    "srt": (formats.to_srt, "application/x-subrip", "SubRip subtitles."),
    "vtt": (formats.to_vtt, "text/vtt", "WebVTT subtitles."),
    "json": (
        formats.to_json,
        "application/json",
        "Segments and words, shown and heard, with times in seconds.",
    ),
}


class Marks(BaseModel):
    """The words that answer a query, in order of time: each `word` counts the words of all segments
    of the .json."""

    marks: tuple[Mark, ...]


def _transcript(recording: Recording) -> Transcript:
    """Raises NoTranscript."""
    if recording.transcript is None or recording.status is not Status.DONE:
        raise NoTranscript(
            recording.failure.message
            if recording.failure
            else "The recording has no transcript yet; try again soon."
        )
    return recording.transcript


def _endpoint(write: Callable[..., str], media_type: str, extension: str) -> Callable[..., Any]:
    def get_transcript(recording: Found, request: Request) -> Response:
        transcript = _transcript(recording)
        headers = caching.revalidated(recording)
        if caching.is_fresh(request, headers):
            return Response(status_code=304, headers=headers)
        content = write(transcript).encode()
        if len(content) > MAX_ANSWER_BYTES and "gzip" not in request.headers.get(
            "accept-encoding", ""
        ):
            raise NotAcceptable("This is too long to send unless with `Accept-Encoding: gzip`.")
        if media_type != "application/json":  # which has no charset (RFC 8259)
            headers["content-type"] = f"{media_type}; charset=utf-8"
        headers["content-disposition"] = _named(recording.key, extension)
        return Response(content, media_type=media_type, headers=headers)

    return get_transcript


def _named(key: str, extension: str) -> str:
    """What a client that saves it calls it: after the recording (RFC 6266)."""
    name = PurePosixPath(key).with_suffix("").name or "transcript"
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\%/' else "_"
        for letter in name
    )
    encoded = quote(f"{name}.{extension}", safe="", errors="replace")
    return f"inline; filename=\"{plain}.{extension}\"; filename*=UTF-8''{encoded}"


for extension, (write, media_type, description) in _FORMATS.items():
    router.add_api_route(
        f"/recordings/{{recording_id}}.{extension}",
        _endpoint(write, media_type, extension),
        name=f"transcript_{extension}",
        summary=f"The transcript as .{extension}",
        description=description,
        response_class=Response,
        responses={200: {"content": {media_type: {}}}},
    )


@router.get("/recordings/{recording_id}/marks")
def get_marks(
    recording: Found,
    request: Request,
    response: Response,
    q: Annotated[
        str, Query(max_length=MAX_QUERY_CHARS, description="As in /search: words, phrases, OR, -.")
    ],
    exact: Annotated[bool, Query(description="Only these very words.")] = False,
) -> Marks:
    """Every word of the recording that answers `q`, marked as in a search's hits."""
    from earshot.search.within import marks_within  # what searching takes, this route alone needs

    transcript = _transcript(recording)
    headers = caching.revalidated(recording)
    if caching.is_fresh(request, headers):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]
    response.headers.update(headers)
    return Marks(marks=marks_within(transcript, q, exact))
