"""POST /uploads: leave to put one file in the bucket, straight from a browser or a program."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header

from api.auth import needs
from api.errors import AlreadyThere
from api.schemas import Upload, UploadRequest
from api.services import AudioBucket, Settings, Store
from earshot.access.keys import Scope
from earshot.errors import InvalidRequest
from earshot.recordings.details import checked, joined
from earshot.recordings.ids import recording_id
from earshot.recordings.metadata import encoded
from earshot.recordings.record import FACETS

router = APIRouter(tags=["recordings"])

EXPIRY_SECONDS = 600
MAX_METADATA_BYTES = 2048  # S3's limit


class TooMuchSaid(InvalidRequest):
    """What is said of a file does not fit into its metadata."""

    http_status = 422


@router.post("/uploads", dependencies=[needs(Scope.UPLOAD)])
def allow_upload(
    wanted: UploadRequest,
    bucket: AudioBucket,
    settings: Settings,
    recordings: Store,
    if_none_match: Annotated[
        Literal["*"] | None,
        Header(alias="If-None-Match", description="`*`: only if nothing is at this key yet."),
    ] = None,
) -> Upload:
    """A presigned form for exactly this key and type. S3 itself refuses anything else.

    POST all `fields` and then the file, as `file`, to `url` as multipart/form-data; the recording
    turns up under `recording_id` moments later. `exists` says whether it would replace another;
    with `If-None-Match: *` that is refused.
    """
    identity = recording_id(wanted.key)
    there = recordings.get(identity)
    exists = there is not None and there.has_sound
    if exists and if_none_match:
        raise AlreadyThere("There is a recording at this key.")
    facets = {one: value for one in FACETS if (value := getattr(wanted, one))}
    metadata = encoded(facets | joined(checked(wanted.said)))
    if sum(len(name) + len(value) for name, value in metadata.items()) > MAX_METADATA_BYTES:
        raise TooMuchSaid(
            f"S3 keeps {MAX_METADATA_BYTES:,} bytes of this with a file. Use PATCH or a sidecar."
        )
    fields = {"Content-Type": wanted.content_type} | {
        f"x-amz-meta-{name}": value for name, value in metadata.items()
    }
    form = bucket.meta.client.generate_presigned_post(
        bucket.name,
        wanted.key,
        Fields=dict(fields),
        Conditions=[
            *({name: value} for name, value in fields.items()),
            ["content-length-range", 1, settings.max_audio_bytes],
        ],
        ExpiresIn=EXPIRY_SECONDS,
    )
    return Upload(
        url=form["url"],
        fields=form["fields"],
        key=wanted.key,
        recording_id=identity,
        exists=exists,
        max_bytes=settings.max_audio_bytes,
        expires_in=EXPIRY_SECONDS,
    )
