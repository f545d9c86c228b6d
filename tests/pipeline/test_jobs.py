"""Sound at an address is fetched, transcribed and found, by one call."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from earshot.cli.outputs import Outputs
from tests.pipeline.conftest import Bucket, eventually


@pytest.fixture
def address(sample: Path) -> Iterator[str]:
    """Where the sample lies on a server of another program."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(sample.parent))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/{sample.name}"
    server.shutdown()
    server.server_close()


def test_one_call_brings_sound_from_an_address_to_the_search(
    stack: Outputs, bucket: Bucket, address: str
) -> None:
    headers = {"authorization": f"Bearer {stack.api_key}"}
    with httpx.Client(headers=headers, timeout=30) as client:
        wanted = {"url": address, "key": bucket.key("far.mp3")}
        started = client.post(f"{stack.api_url}/jobs", json=wanted)
        assert started.status_code == 202, started.text
        location = f"{stack.api_url}/{started.headers['location']}"
        for _ in eventually():
            recording = client.get(location).json()
            if recording["status"] in ("done", "failed"):
                break
        assert recording["status"] == "done", recording
        missing = wanted | {"url": address + ".missing", "key": bucket.key("missing.mp3")}
        started = client.post(f"{stack.api_url}/jobs", json=missing)
        location = f"{stack.api_url}/{started.headers['location']}"
        for _ in eventually():
            recording = client.get(location).json()
            if recording["status"] == "failed":
                break
    assert recording["error"]["code"] == "unreachable"
