"""The parts that the routes work with: each made once, when first asked for.

FastAPI hands them to the routes, so tests put their own in by `app.dependency_overrides`.
"""

from functools import cache
from typing import Annotated, Any

import boto3
from botocore.config import Config
from fastapi import Depends

from api.settings import ApiSettings
from earshot.transcripts.store import Recordings


@cache
def settings() -> ApiSettings:
    return ApiSettings()


@cache
def audio_bucket() -> Any:
    """The boto3 Bucket that holds the sound.

    Presigned forms must name the region's endpoint, which takes this addressing style: the global
    one answers for a new bucket with a redirect that no browser follows for a POST.
    """
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    return boto3.resource("s3", config=config).Bucket(settings().audio_bucket)


@cache
def recordings() -> Recordings:
    return Recordings(
        boto3.resource("dynamodb").Table(settings().table),
        boto3.resource("s3").Bucket(settings().transcripts_bucket),
    )


def warm() -> None:
    """Make everything that reads need."""
    audio_bucket(), recordings()


Settings = Annotated[ApiSettings, Depends(settings)]
AudioBucket = Annotated[Any, Depends(audio_bucket)]
Store = Annotated[Recordings, Depends(recordings)]
