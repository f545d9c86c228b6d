"""The parts of a running Earshot, wired from settings.

Functions, the bulk worker and commands get their table, buckets, model and index here and nowhere
else. What speech needs is imported when it is asked for: most functions are deployed without it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config

from earshot.recordings.changes import ObjectEvent
from earshot.recordings.store import Recordings
from earshot.settings import SearchSettings

if TYPE_CHECKING:
    from earshot.ingest.ingest import Ingest
    from earshot.search.index import SearchIndex
    from earshot.speech.deadline import Deadline
    from earshot.speech.transcriber import Transcriber

Resources = Callable[..., Any]  # boto3.resource, or a session's


class Stores(Protocol):
    """Where recordings are: the names of the table and of the bucket for long transcripts."""

    @property
    def table(self) -> str: ...
    @property
    def transcripts_bucket(self) -> str: ...


class Workload(Stores, Protocol):
    """What turns object events into records needs to know; `model` and `writer` are
    folders or hub ids."""

    @property
    def audio_bucket(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def model_revision(self) -> str | None: ...
    @property
    def writer(self) -> str: ...
    @property
    def max_audio_bytes(self) -> int: ...
    @property
    def max_audio_seconds(self) -> float: ...


def recordings(
    settings: Stores, clients: Config | None = None, resource: Resources = boto3.resource
) -> Recordings:
    """The recordings of a deployment. `clients` configures the boto3 clients behind them."""
    return Recordings(
        resource("dynamodb", config=clients).Table(settings.table),
        resource("s3", config=clients).Bucket(settings.transcripts_bucket),
    )


def transcriber(
    model: str, revision: str | None, writer: str, engine: str = "onnx"
) -> "Transcriber":
    """The loaded listener (a folder, or a hub id and revision) and writer. Raises ModelError."""
    from earshot.transcription import open_transcriber

    return open_transcriber(model, revision, engine, writer=writer)


def ingest(
    settings: Workload,
    clients: Config | None = None,
    engine: str = "onnx",
    hand_on: Callable[[ObjectEvent], None] | None = None,
    deadline: "Callable[[], Deadline | None]" = lambda: None,
) -> "Ingest":
    """What works object events off. The model comes last: it takes longest."""
    from earshot.audio.limits import Limits
    from earshot.ingest.ingest import Ingest

    return Ingest(
        recordings=recordings(settings, clients),
        bucket=boto3.resource("s3", config=clients).Bucket(settings.audio_bucket),
        transcriber=transcriber(settings.model, settings.model_revision, settings.writer, engine),
        limits=Limits(max_bytes=settings.max_audio_bytes, max_seconds=settings.max_audio_seconds),
        hand_on=hand_on,
        deadline=deadline,
    )


def search_index(settings: SearchSettings) -> "SearchIndex":
    """The search index, made if it is not there yet. Raises Unavailable."""
    from earshot.search.client import connect
    from earshot.search.index import SearchIndex

    client = connect(settings.opensearch_url, boto3.session.Session().region_name)
    index = SearchIndex(client, settings.index, settings.refresh_interval)
    index.ensure()
    return index
