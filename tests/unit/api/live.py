"""The API behind a real socket, over moto's server: for programs that are not ours to call."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import uvicorn
from botocore.config import Config
from moto.server import ThreadedMotoServer

from api import auth, services
from api.app import create_app
from api.recogniser import recogniser
from api.settings import ApiSettings
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.store import Recordings
from tests.fake_aws import recordings_table
from tests.unit.api.stage import (
    AUDIO_BUCKET,
    KEY,
    TABLE,
    TRANSCRIPTS_BUCKET,
    ToldRecogniser,
    ToldSearch,
    transcript,
)


@dataclass
class Live:
    """`url` of the API; `store` is its table's."""

    url: str
    store: Recordings
    bucket: Any

    def put(self, key: str, n: int, *said: str) -> ObjectEvent:
        body = b"sound"
        self.bucket.put_object(Key=key, Body=body)
        event = ObjectEvent(
            Change.CREATED,
            AUDIO_BUCKET,
            key,
            comparable_sequencer(f"{n:04}"),
            "2024-05-01T12:00:00Z",
            f"etag-{n}",
        )
        self.store.claim(event, "f00d", {"accent": "us"}, len(body))
        self.store.finish(event, transcript(*said), 1)
        return event


def _public(host: str, port: int, family: int, kind: Any) -> list[Any]:
    """No test asks the real DNS."""
    return [(socket.AF_INET, kind, 6, "", ("8.8.8.8", port))]


@contextmanager
def serving(**store_options: Any) -> Iterator[Live]:
    """`store_options` are those of Recordings."""
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    moto.start()
    endpoint = "http://{}:{}".format(*moto.get_host_and_port())
    session = boto3.Session("test", "test", region_name="us-east-1")
    dynamodb = session.resource("dynamodb", endpoint_url=endpoint)
    by_path = Config(signature_version="s3v4", s3={"addressing_style": "path"})
    s3 = session.resource("s3", endpoint_url=endpoint, config=by_path)
    sqs = session.client("sqs", endpoint_url=endpoint)
    for name in (AUDIO_BUCKET, TRANSCRIPTS_BUCKET):
        s3.create_bucket(Bucket=name)
    recordings_table(dynamodb, TABLE)
    store = Recordings(dynamodb.Table(TABLE), s3.Bucket(TRANSCRIPTS_BUCKET), **store_options)
    queue = sqs.create_queue(QueueName="retranscriptions")["QueueUrl"]
    app = create_app()
    settings = ApiSettings(
        table=TABLE,
        audio_bucket=AUDIO_BUCKET,
        transcripts_bucket=TRANSCRIPTS_BUCKET,
        opensearch_url="http://127.0.0.1:1",
        api_key=KEY,
        model_name="demo",
    )
    hears, finds = ToldRecogniser(), ToldSearch()
    app.dependency_overrides = {
        services.settings: lambda: settings,
        services.recordings: lambda: store,
        services.audio_bucket: lambda: s3.Bucket(AUDIO_BUCKET),
        services.index: lambda: finds,
        services.announcements: lambda: services.Announcements(sqs, queue),
        services.fetches: lambda: services.Fetches(sqs, queue),
        services.resolver: lambda: _public,
        auth.named_keys: lambda: None,
        recogniser: lambda: hears,
    }
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
        running = threading.Thread(target=server.run, args=([listening],), daemon=True)
        running.start()
        while not server.started:
            time.sleep(0.01)
        yield Live(f"http://127.0.0.1:{listening.getsockname()[1]}", store, s3.Bucket(AUDIO_BUCKET))
        server.should_exit = True
        running.join(10)
    moto.stop()
