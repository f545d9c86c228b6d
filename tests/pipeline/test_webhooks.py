"""A program's address is told of recordings, signed, and told again when it was away."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from earshot.cli.outputs import Outputs
from earshot.recordings.ids import recording_id
from tests.pipeline.conftest import Bucket, eventually
from tests.webhook_endpoint import Endpoint, listening


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with listening() as endpoint:
        yield endpoint


def test_an_address_that_was_away_is_told_when_it_is_back(
    stack: Outputs, bucket: Bucket, sample: Path, endpoint: Endpoint
) -> None:
    endpoint.answers = [(503, {})]
    api = httpx.Client(
        base_url=stack.api_url, headers={"authorization": f"Bearer {stack.api_key}"}, timeout=30
    )
    wanted = {"url": endpoint.url, "events": ["recording.done"], "prefix": bucket.prefix}
    made = api.post("/hooks", json=wanted)
    assert made.status_code == 201, made.text
    hook = made.json()
    key = bucket.put("told.mp3", sample)
    for _ in eventually():
        if len(endpoint.got) == 2:
            break
    (first, _), (second, body) = endpoint.got
    assert first["webhook-id"] == second["webhook-id"]
    told = Webhook(hook["secret"]).verify(body, second)
    assert told["type"] == "recording.done"
    assert told["data"]["recording_id"] == recording_id(key)
    assert api.delete(f"/hooks/{hook['hook_id']}").status_code == 204
