"""The parts that the routes work with: each made once, when first asked for.

FastAPI hands them to the routes, so tests put their own in by `app.dependency_overrides`. A client
of AWS or of OpenSearch takes 0.03 to 0.06 s to make, and no route needs them all.
"""

import os
import socket
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import boto3
from botocore.config import Config
from fastapi import Depends

from api.settings import ApiSettings
from earshot import compose
from earshot.errors import Unavailable
from earshot.ingest.events import notification
from earshot.ingest.fetching import Job
from earshot.outgoing.addresses import Resolve
from earshot.recordings.changes import ObjectEvent
from earshot.recordings.store import Recordings
from earshot.webhooks.store import Hooks

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket, S3ServiceResource
    from types_boto3_sqs.client import SQSClient

    from earshot.search.overview import Overview
    from earshot.search.request import SearchPage, SearchRequest


@cache
def settings() -> ApiSettings:
    return ApiSettings()


# Presigned forms must name the region's endpoint, which takes this addressing style: the global one
# answers for a new bucket with a redirect that no browser follows for a POST.
PRESIGNING = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})


@cache
def _s3() -> "S3ServiceResource":
    return boto3.resource("s3", config=PRESIGNING)


def _resource(service: str, **options: Any) -> Any:
    """One S3 resource for everything: making another takes time at every start."""
    make: Any = boto3.resource
    return _s3() if service == "s3" else make(service, **options)


@cache
def audio_bucket() -> "Bucket":
    """The boto3 Bucket that holds the sound."""
    return _s3().Bucket(settings().audio_bucket)


@cache
def recordings() -> Recordings:
    return compose.recordings(settings(), resource=_resource)


@dataclass(frozen=True, slots=True)
class Announcements:
    """Object events of our own, sent to the queue at `url`."""

    sqs: "SQSClient"
    url: str

    def send(self, event: ObjectEvent) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=notification(event))


@cache
def announcements() -> Announcements:
    """Where recordings go that are to be transcribed again. Raises Unavailable."""
    url = settings().retranscribe_queue_url
    if not url:
        raise Unavailable("Nothing can be transcribed again here: no queue is set up for it.")
    return Announcements(boto3.client("sqs"), url)


@dataclass(frozen=True, slots=True)
class Fetches:
    """Addresses of sound, sent to the queue at `url`."""

    sqs: "SQSClient"
    url: str

    def send(self, job: Job) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=job.as_text())


@cache
def fetches() -> Fetches:
    """Where addresses go whose sound is wanted. Raises Unavailable."""
    url = settings().fetch_queue_url
    if not url:
        raise Unavailable("Nothing can be fetched here: no queue is set up for it.")
    return Fetches(boto3.client("sqs"), url)


@cache
def hooks() -> Hooks:
    """The addresses that are told of recordings. Raises Unavailable."""
    table = settings().hooks_table
    if not table:
        raise Unavailable("There are no webhooks here: no table is set up for them.")
    return Hooks(boto3.resource("dynamodb").Table(table))


def resolver() -> Resolve:
    """What finds the address of a host."""
    return socket.getaddrinfo


class Searches(Protocol):
    """Answers questions about what was said."""

    def search(self, request: "SearchRequest") -> "SearchPage": ...

    def suggest(self, typed: str, size: int) -> list[str]: ...

    def overview(self, today: date) -> "Overview": ...


@cache
def index() -> Searches:
    from api.search_cluster import SearchCluster  # its libraries are what searches alone need

    return SearchCluster.at(
        settings().opensearch_url, os.environ.get("AWS_REGION"), settings().index
    )


Settings = Annotated[ApiSettings, Depends(settings)]
AudioBucket = Annotated[Any, Depends(audio_bucket)]
Store = Annotated[Recordings, Depends(recordings)]
Queue = Annotated[Announcements, Depends(announcements)]
Resolver = Annotated[Resolve, Depends(resolver)]
FetchQueue = Annotated[Fetches, Depends(fetches)]
HookStore = Annotated[Hooks, Depends(hooks)]
Index = Annotated[Searches, Depends(index)]
