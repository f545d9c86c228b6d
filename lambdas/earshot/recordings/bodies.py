"""Where a packed transcript is kept: in its item, or in S3 when it is too large for that.

Playback copies of recordings in which browsers can't seek are kept there, too.
"""

import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket

# DynamoDB's limit is 400 KB an item; text, key and facets need room too.
MAX_INLINE_BODY_BYTES = 280_000
PLAYBACK = "playback"  # the keys below it are what the CDN reads
KEPT = ("body_key", "playback_key")  # the attributes of an item that name objects here


class Bodies:
    """Bodies over the item limit, and playback copies, in one S3 bucket (a boto3 Bucket)."""

    def __init__(self, bucket: "Bucket") -> None:
        self._bucket = bucket

    def keep(self, recording_id: str, body: bytes) -> dict[str, Any]:
        """The item's attributes for this body; what is put in S3 gets a key that no other has."""
        if len(body) <= MAX_INLINE_BODY_BYTES:
            return {"body": Binary(body)}
        key = f"{recording_id}/{uuid.uuid4().hex}.json.gz"
        self._bucket.put_object(Key=key, Body=body, ContentType="application/gzip")
        return {"body_key": key}

    def keep_copy(self, recording_id: str, path: Path) -> str:
        """The key of the playback copy at `path`, which is put in S3; no other has it."""
        key = f"{PLAYBACK}/{recording_id}-{uuid.uuid4().hex}.m4a"
        with path.open("rb") as file:
            self._bucket.put_object(Key=key, Body=file, ContentType="audio/mp4")
        return key

    def read(self, key: str) -> bytes | None:
        """The body kept under `key`; None when a newer version has replaced it."""
        try:
            body: bytes = self._bucket.Object(key).get()["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return body

    def drop(self, key: str) -> None:
        self._bucket.Object(key).delete()
