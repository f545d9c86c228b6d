"""POST /jobs: sound that is too long for one request, by its address."""

import hashlib
from pathlib import PurePosixPath
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.auth import needs
from api.routes.recordings import RETRY_AFTER_S
from api.schemas import AudioKey
from api.services import FetchQueue, Resolver, Settings, Store
from earshot.access.keys import Scope
from earshot.errors import Conflict, NotFound
from earshot.ingest.fetching import Job
from earshot.outgoing.addresses import MAX_URL_CHARS, check
from earshot.recordings.ids import plain_key, recording_id

router = APIRouter(tags=["recordings"])

FETCHED = "fetched/"  # where sound goes that is given no key


class JobRequest(BaseModel):
    """Sound at a public https address, or what was uploaded under `key`."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL_CHARS)] | None = Field(
        default=None, examples=["https://sound.example/talks/monday.mp3"]
    )
    key: AudioKey | None = Field(
        default=None, description="Where the sound goes; or, without `url`, where it is."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.url is None and self.key is None:
            raise ValueError("url or key is wanted")
        return self


class Started(BaseModel):
    """The recording that comes of it: `Location` tells its state."""

    recording_id: str
    key: str


@router.post(
    "/jobs",
    dependencies=[needs(Scope.UPLOAD)],
    status_code=202,
    responses={
        202: {
            "headers": {
                "Location": {"description": "The recording.", "schema": {"type": "string"}},
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
            }
        }
    },
)
def start_job(
    wanted: JobRequest,
    response: Response,
    recordings: Store,
    settings: Settings,
    resolve: Resolver,
    fetches: FetchQueue,
) -> Started:
    """Have sound of any length transcribed: ask `Location` until it is `done` or `failed`.

    An address is fetched within minutes, up to `max_audio_bytes`; where it leads must be public.
    """
    key = wanted.key or default_key(wanted.url or "")
    identity = recording_id(key)
    if wanted.url is None:
        if recordings.get(identity) is None:
            raise NotFound("Nothing was uploaded under this key, or not a moment ago.")
    else:
        check(wanted.url, settings.local_addresses, resolve)
        if not recordings.queue(key):
            raise Conflict("There is a recording at this key.")
        fetches.send(Job(wanted.url, key))
    response.headers["location"] = f"recordings/{identity}"  # below the site's /api, too
    response.headers["retry-after"] = str(RETRY_AFTER_S)
    return Started(recording_id=identity, key=key)


def default_key(url: str) -> str:
    """The same for the same address, and named as the file is there."""
    digest = hashlib.blake2b(url.encode(), digest_size=5).hexdigest()
    name = PurePosixPath(unquote(urlsplit(url).path)).name
    try:
        return plain_key(f"{FETCHED}{digest}/{name or 'sound'}")
    except ValueError:
        return f"{FETCHED}{digest}/sound"
