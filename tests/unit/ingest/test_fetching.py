"""Sound at an address comes into the bucket, within the limits, or the recording says why not."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest

from earshot.ingest.fetching import MAX_REDIRECTS, Fetcher, Job, NotNow
from earshot.recordings.changes import Change
from earshot.recordings.claim import Claim
from earshot.recordings.ids import recording_id
from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

KEY = "talks/far.mp3"
LIMIT = 100_000


@dataclass
class Place:
    """A server: what each path answers with (status, headers, body), and what was asked."""

    url: str = ""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def place() -> Iterator[Place]:
    there = Place()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked.append(self.path)
            status, headers, body = there.answers.get(self.path, (404, {}, b""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    there.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield there
    server.shutdown()
    server.server_close()


@pytest.fixture
def bucket(recordings: Recordings) -> Any:  # noqa: F811
    return boto3.resource("s3").create_bucket(Bucket="audio")


@pytest.fixture
def fetcher(recordings: Recordings, bucket: Any) -> Fetcher:  # noqa: F811
    return Fetcher(recordings, bucket, LIMIT, local=True)


def fetch(fetcher: Fetcher, url: str, last: bool = False) -> bool:
    return fetcher.handle(Job(url, KEY).as_text(), last)


def found(fetcher: Fetcher) -> Recording:
    recording = fetcher.recordings.get(recording_id(KEY))
    assert recording is not None
    return recording


def keys(bucket: Any) -> list[str]:
    return [one.key for one in bucket.objects.all()]


def test_a_file_comes_into_the_bucket_and_its_event_takes_it_up(
    fetcher: Fetcher, place: Place, bucket: Any
) -> None:
    sound = bytes(range(256)) * 300
    place.answers = {
        "/a": (302, {"location": "/b?c=d"}, b""),
        "/b?c=d": (200, {"content-length": str(len(sound))}, sound),
    }
    assert fetcher.recordings.queue(KEY)
    assert found(fetcher).status is Status.QUEUED
    assert fetch(fetcher, f"{place.url}/a")
    stored = bucket.Object(KEY).get()
    assert stored["Body"].read() == sound
    assert stored["ContentType"] == "audio/mpeg"
    assert fetcher.recordings.claim(event(1, key=KEY), "f", {}, 1).claim is Claim.TAKEN
    assert found(fetcher).status is Status.TRANSCRIBING


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((404, {}, b""), "unreachable"),
        ((307, {}, b""), "unreachable"),
        ((307, {"location": "/a"}, b""), "unreachable"),
        ((307, {"location": "http://169.254.169.254/latest"}, b""), "refused_address"),
        ((307, {"location": "file:///etc/passwd"}, b""), "refused_address"),
        ((200, {"content-length": str(LIMIT + 1)}, b""), "too_large"),
        ((200, {}, bytes(LIMIT + 1)), "too_large"),  # which does not say how long it is
    ],
)
def test_what_cant_be_fetched_fails_and_says_why(
    fetcher: Fetcher, place: Place, bucket: Any, answer: Any, code: str
) -> None:
    place.answers = {"/a": answer}
    fetcher.recordings.queue(KEY)
    assert fetch(fetcher, f"{place.url}/a") is False
    recording = found(fetcher)
    assert recording.status is Status.FAILED and recording.failure
    assert recording.failure.code == code
    assert keys(bucket) == []
    assert len(place.asked) <= MAX_REDIRECTS + 1
    assert fetcher.recordings.queue(KEY), "it may be tried again"


@pytest.mark.parametrize(
    "answer", [(503, {}, b""), (429, {}, b""), (200, {"content-length": "50"}, b"too short")]
)
def test_what_passes_is_tried_again_until_the_last_attempt(
    fetcher: Fetcher, place: Place, bucket: Any, answer: Any
) -> None:
    place.answers = {"/a": answer}
    fetcher.recordings.queue(KEY)
    with pytest.raises(NotNow):
        fetch(fetcher, f"{place.url}/a")
    assert found(fetcher).status is Status.QUEUED
    assert fetch(fetcher, f"{place.url}/a", last=True) is False
    assert found(fetcher).status is Status.FAILED
    assert keys(bucket) == [], "half a file is none"


def test_nobody_there_is_tried_again(fetcher: Fetcher) -> None:
    fetcher.recordings.queue(KEY)
    with pytest.raises(NotNow):
        fetch(fetcher, "http://127.0.0.1:9/a")


def test_what_was_deleted_meanwhile_or_came_another_way_is_not_fetched(
    fetcher: Fetcher, place: Place
) -> None:
    fetcher.recordings.queue(KEY)
    fetcher.recordings.remove(event(1, Change.REMOVED, key=KEY))
    assert fetch(fetcher, f"{place.url}/a") is False
    assert fetcher.recordings.queue(KEY)
    fetcher.recordings.claim(event(2, key=KEY), "f", {}, 1)
    assert fetcher.recordings.queue(KEY) is False, "a recording is there"
    assert fetch(fetcher, f"{place.url}/a") is False
    assert place.asked == []
