"""Sidecars: `talk.mp3.json` beside `talk.mp3`, with what its owner says of the recording."""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot.audio.formats import is_audio
from earshot.recordings.describing import SIDECAR_SUFFIX
from earshot.recordings.details import from_sidecar

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket

logger = logging.getLogger(__name__)

MAX_SIDECAR_BYTES = 64 * 1024
_MISSING = ("NoSuchKey", "404")


def described_by(key: str) -> str | None:
    """The key of the sound that the object at `key` is a sidecar of, by its name; else None."""
    sound = key.removesuffix(SIDECAR_SUFFIX)
    return sound if sound != key and is_audio(sound) else None


def read(bucket: "Bucket", sound: str) -> tuple[Mapping[str, Any] | None, str]:
    """What the sidecar of a sound says now, and why it can't be used, if so."""
    if not is_audio(sound):
        return None, ""
    try:
        stored = bucket.Object(sound + SIDECAR_SUFFIX).get()
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None, ""
        raise
    content = stored["Body"].read(MAX_SIDECAR_BYTES + 1)
    try:
        if len(content) > MAX_SIDECAR_BYTES:
            raise ValueError(f"it has more than {MAX_SIDECAR_BYTES // 1024} KiB")
        return from_sidecar(content), ""
    except ValueError as error:
        logger.warning("could not use a sidecar", extra={"reason": str(error)})
        return None, f"The sidecar can't be used: {error}."
