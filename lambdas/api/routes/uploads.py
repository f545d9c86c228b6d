"""POST /uploads: leave to put one file in the bucket, straight from a browser or a program."""

from fastapi import APIRouter

from api.auth import needs
from api.schemas import Upload, UploadRequest
from api.services import AudioBucket, Settings
from earshot.access.keys import Scope
from earshot.recordings.ids import recording_id
from earshot.recordings.metadata import encoded
from earshot.recordings.record import FACETS

router = APIRouter(tags=["recordings"])

EXPIRY_SECONDS = 600


@router.post("/uploads", dependencies=[needs(Scope.UPLOAD)])
def allow_upload(wanted: UploadRequest, bucket: AudioBucket, settings: Settings) -> Upload:
    """A presigned form for exactly this key and type. S3 itself refuses anything else.

    POST all `fields` and then the file, as `file`, to `url` as multipart/form-data; the recording
    turns up under `recording_id` moments later.
    """
    facets = encoded({one: value for one in FACETS if (value := getattr(wanted, one))})
    fields = {"Content-Type": wanted.content_type} | {
        f"x-amz-meta-{name}": value for name, value in facets.items()
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
        recording_id=recording_id(wanted.key),
        max_bytes=settings.max_audio_bytes,
        expires_in=EXPIRY_SECONDS,
    )
