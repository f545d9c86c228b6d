"""/recordings: what is in the bucket, and what became of it."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from api import caching
from api.errors import NoSound
from api.parameters import OnlyKnownParameters
from api.schemas import RecordingPage, RecordingSummary, Shown
from api.services import Settings, Store
from earshot.errors import InvalidRequest, NotFound
from earshot.recordings.ids import MAX_KEY_BYTES, recording_id
from earshot.recordings.listing import Sort
from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings

router = APIRouter(tags=["recordings"])

MAX_PAGE = 100
RETRY_AFTER_S = 5  # while a recording is on its way


def found(recording_id: str, recordings: Store) -> Recording:
    """The recording that the address names; raises NotFound."""
    recording = recordings.get(recording_id) if len(recording_id) == ID_LENGTH else None
    if recording is None:
        raise NotFound("There is no such recording.")
    return recording


ID_LENGTH = len(recording_id(""))
Found = Annotated[Recording, Depends(found)]


@router.get("/recordings", dependencies=[OnlyKnownParameters], response_model_exclude_unset=True)
def list_recordings(
    recordings: Store,
    key: Annotated[
        str | None,
        Query(max_length=MAX_KEY_BYTES, description="Exactly this key: one recording or none."),
    ] = None,
    prefix: Annotated[
        str | None,
        Query(max_length=MAX_KEY_BYTES, description="Keys that begin with this."),
    ] = None,
    status: Annotated[Shown | None, Query(description="Only recordings in this state.")] = None,
    sort: Annotated[
        Sort | None,
        Query(
            description="`key`, or the latest upload first, or the latest change first: the default"
            " without `prefix`."
        ),
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=4000, description="The `cursor` of the page before.")
    ] = None,
    size: Annotated[int, Query(ge=1, le=MAX_PAGE, description="At most so many a page.")] = 50,
) -> RecordingPage:
    """Recordings, by key, upload or last change. A page may be short: follow `cursor`.

    By key each is listed once. Else, those that change meanwhile come again, at the end.
    """
    if prefix is not None and sort not in (None, "key"):
        raise InvalidRequest("A prefix goes with sort=key.")
    if key is not None:
        page, following = _one(recordings, key), None
    else:
        order = sort or ("updated" if prefix is None else "key")
        page, following = recordings.list(status, prefix, cursor, size, order)
    return RecordingPage(
        recordings=[
            RecordingSummary.of(recording)
            for recording in page
            if (status is None or recording.status == status)
            and (prefix is None or recording.key.startswith(prefix))
        ],
        cursor=following,
    )


def _one(recordings: Recordings, key: str) -> list[Recording]:
    recording = recordings.get(recording_id(key))
    return [recording] if recording and recording.key == key else []


@router.get("/recordings/{recording_id}", response_model_exclude_unset=True)
def get_recording(recording: Found, request: Request, response: Response) -> RecordingSummary:
    """One recording, with its whole text. Asking with If-None-Match saves sending it again."""
    headers = caching.revalidated(recording)
    if caching.is_fresh(request, headers):
        return Response(status_code=304, headers=headers)  # type: ignore[return-value]
    response.headers.update(headers)
    if recording.status in (Status.QUEUED, Status.TRANSCRIBING):
        response.headers["retry-after"] = str(RETRY_AFTER_S)
    return RecordingSummary.of(recording)


@router.get(
    "/recordings/{recording_id}/audio",
    status_code=307,
    response_class=RedirectResponse,
    responses={307: {"description": "To the sound, on the site."}},
)
def find_audio(recording: Found, settings: Settings) -> Any:
    """Where the sound is: on the site, below /audio/ or /playback/, which answer Range requests.

    Below /playback/ are copies of recordings in which browsers can't seek.
    """
    if not recording.has_sound:
        raise NoSound("This transcript was imported; no sound came for it.")
    copy = recording.playback_key
    path = f"/{copy}" if copy else f"/audio/{quoted(recording.key)}"
    location = f"{settings.site_url or ''}{path}"
    return Response(status_code=307, headers={"location": location, **caching.AUDIO_LOCATION})


def quoted(key: str) -> str:
    """The key as a path. Where it has dot segments, which clients would resolve, "/" is quoted."""
    dots = {".", ".."} & set(key.split("/"))
    return quote(key, safe="" if dots else "/")
