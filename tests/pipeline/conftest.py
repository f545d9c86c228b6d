"""The real local stack, and a person in front of it: drops files in, looks what became of them."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from earshot.access.key_pair import secret_name
from earshot.cli.outputs import Outputs
from earshot.cli.waiting import wait_for
from earshot.recordings.ids import recording_id
from earshot.search.client import connect
from scripts.local import stack as local_stack
from tests.oidc_provider import Provider, running
from tests.session_keys import pair
from tests.stacks import OTHER_STACKS

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file belongs to one process, so its tests must all be on the stack, or none."""
    for item in items:
        if isinstance(item, pytest.Function) and Path(__file__).parent in item.path.parents:
            wrong = "stack" if item.path.stem in OTHER_STACKS else "private"
            if wrong in item.fixturenames:
                raise pytest.UsageError(f"OTHER_STACKS is wrong about {item.nodeid}")


@dataclass(frozen=True)
class Bucket:
    """The audio bucket as a test sees it: keys below a prefix of its own."""

    stack: Outputs
    prefix: str

    def key(self, name: str) -> str:
        return self.prefix + name

    def put(self, name: str, body: bytes | Path, **metadata: str) -> str:
        key = self.key(name)
        data = body.read_bytes() if isinstance(body, Path) else body
        self._s3.put_object(Bucket=self.stack.audio_bucket, Key=key, Body=data, Metadata=metadata)
        return key

    def delete(self, key: str) -> None:
        self._s3.delete_object(Bucket=self.stack.audio_bucket, Key=key)

    def ended(self, *keys: str) -> dict[str, dict[str, Any]]:
        """What the API says of each recording once it is searchable or has failed."""
        list(wait_for(keys, self.stack, patience=PATIENCE))
        return {key: self.api(f"/recordings/{recording_id(key)}").json() for key in keys}

    def end(self, key: str) -> dict[str, Any]:
        return self.ended(key)[key]

    def api(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.stack.api_url + path, timeout=30, **options)

    def is_searchable(self, key: str) -> bool:
        """Whether the words that its record holds find it, and nothing else of its name."""
        said = self.api(f"/recordings/{recording_id(key)}").json()["text"].split()
        phrase = " ".join(said[:8])
        found = self.api("/search", params={"q": f'"{phrase}"', "prefix": key}).json()
        return [hit["key"] for hit in found["hits"]] == [key]

    def passages(self, key: str) -> list[dict[str, Any]]:
        """The documents of this key in the index."""
        client = connect(self.stack.opensearch_url)
        client.indices.refresh(index=self.stack.index)
        query = {"query": {"term": {"key": key}}, "size": 100}
        hits = client.search(index=self.stack.index, body=query)["hits"]["hits"]
        return [hit["_source"] for hit in hits]

    def item(self, key: str) -> dict[str, Any] | None:
        """The raw item, tombstones included."""
        table = self.stack.resource("dynamodb").Table(self.stack.table)
        found = table.get_item(Key={"recording_id": recording_id(key)}, ConsistentRead=True)
        item: dict[str, Any] | None = found.get("Item")
        return item

    def quiet(self) -> None:
        """Wait until the queue is empty and nothing is being worked on."""
        sqs = self.stack.client("sqs")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        for _ in eventually():
            found = sqs.get_queue_attributes(QueueUrl=self.stack.queue_url, AttributeNames=names)
            if all(int(found["Attributes"][name]) == 0 for name in names):
                return
        raise AssertionError("the queue did not become quiet")

    def dead_letters(self) -> int:
        found = self.stack.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.dlq_url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def send(self, body: str) -> None:
        self.stack.client("sqs").send_message(QueueUrl=self.stack.queue_url, MessageBody=body)

    def clear(self) -> None:
        """Remove all that is below the prefix."""
        s3 = self.stack.resource("s3").Bucket(self.stack.audio_bucket)
        keys = [{"Key": one.key} for one in s3.objects.filter(Prefix=self.prefix)]
        for start in range(0, len(keys), 1000):
            s3.delete_objects(Delete={"Objects": keys[start : start + 1000]})

    @property
    def _s3(self) -> Any:
        return self.stack.client("s3")


def scripts(*arguments: str) -> subprocess.CompletedProcess[str]:
    """One of the project's commands, as an operator types it."""
    command = [sys.executable, "-m", "scripts", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=2 * PATIENCE)


@pytest.fixture
def bucket(stack: Outputs) -> Iterator[Bucket]:
    """A bucket view whose keys are this test's own; they are removed after it."""
    view = Bucket(stack, f"test-{uuid.uuid4().hex[:8]}/")
    yield view
    view.clear()


@pytest.fixture(scope="session")
def sample() -> Path:
    """A clear short recording."""
    return ROOT / "samples" / "morning-bread.mp3"


@pytest.fixture(scope="session")
def other_sample() -> Path:
    return ROOT / "samples" / "harbour-forecast.mp3"


def eventually(seconds: float = PATIENCE) -> Iterator[None]:
    """Turns of a loop that waits for something, until there is no more patience."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)


PRIVATE_KEY = "private/morning-bread.mp3"
PRIVATE_ID = recording_id(PRIVATE_KEY)
PRIVATE_READS = (
    "/api/search?q=bread",
    "/api/suggest?q=br",
    "/api/recordings",
    f"/api/recordings/{PRIVATE_ID}",
    f"/api/recordings/{PRIVATE_ID}.txt",
    f"/audio/{PRIVATE_KEY}",
)


def browser(stack: Outputs) -> httpx.Client:
    """A browser, as far as cookies go. It sends secure ones over loopback, as browsers do."""
    host = httpx.URL(stack.site_url)

    def with_cookies(request: httpx.Request) -> None:
        if kept := [f"{one.name}={one.value}" for one in client.cookies.jar]:
            request.headers["cookie"] = "; ".join(kept)

    client = httpx.Client(
        base_url=f"http://127.0.0.1:{host.port}",
        headers={"host": host.netloc.decode()},
        timeout=60,
        event_hooks={"request": [with_cookies]},
    )
    return client


def sign_in(client: httpx.Client, provider: Provider, who: str, to: str = "/") -> httpx.Response:
    asked = client.get("/auth/login", params={"to": to})
    assert asked.status_code == 302, asked.text
    back = httpx.URL(provider.sign_in(asked.headers["location"], who))
    assert back.path == "/auth/callback"
    return client.get(back.raw_path.decode())


def statuses(client: httpx.Client) -> dict[str, int]:
    return {path: client.get(path).status_code for path in PRIVATE_READS}


@dataclass(frozen=True)
class Private:
    """The stack, and how to bring it into another kind of reading."""

    home: Path
    provider: Provider

    def deploy(self, reading: str) -> Outputs:
        settings = {
            "local_private": "true",
            "reading": reading,
            "session_key": pair().public,
            "sign_in_issuer": self.provider.url,
            "sign_in_client_id": "earshot",
            "sign_in_readers": "readers",
            "bulk": "false",
        }
        return local_stack.up(print, home=self.home, settings=settings, enforces_iam=True)


@pytest.fixture(scope="session")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Private]:
    """A stack of its own, whose functions are held to their roles, with a provider beside it."""
    home = tmp_path_factory.mktemp("private")
    with running() as provider:
        yield Private(home, provider)
        local_stack.down(print, home)


@pytest.fixture(scope="session")
def private_stack(private: Private) -> Outputs:
    """With people signing in, and one recording in it."""
    found = private.deploy("sign-in")
    found.client("secretsmanager").create_secret(
        Name=secret_name(pair().public), SecretString=pair().private
    )
    sample = ROOT / "samples" / "morning-bread.mp3"
    found.client("s3").put_object(
        Bucket=found.audio_bucket, Key=PRIVATE_KEY, Body=sample.read_bytes()
    )
    (ended,) = wait_for([PRIVATE_KEY], found, patience=2 * PATIENCE)
    assert ended.recording.failure is None
    return found
