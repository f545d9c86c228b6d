"""The search node goes away for a while: nothing that changed meanwhile is lost."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from earshot.recordings.ids import recording_id
from scripts.local import daemon, opensearch
from scripts.local import stack as local_stack
from tests.pipeline.conftest import Bucket, eventually, scripts

NODE = local_stack.Files(local_stack.HOME).node


@contextmanager
def search_away() -> Iterator[None]:
    """The node is killed, and comes back with the data that it had."""
    node = daemon.remembered(NODE)
    assert node is not None
    os.kill(node.pid, signal.SIGKILL)
    while node.is_alive():
        daemon._reap(node.pid)
    try:
        yield
    finally:
        assert opensearch.start(NODE, print) == opensearch.address(node.port)


@pytest.mark.skipif("OPENSEARCH_URL" in os.environ, reason="a node of one's own is not killed")
@pytest.mark.timeout(400)
def test_what_changes_while_the_search_is_away_is_shown_when_it_is_back(
    bucket: Bucket, sample: Path, other_sample: Path
) -> None:
    replaced, removed = bucket.put("replaced.mp3", sample), bucket.put("removed.mp3", sample)
    first = bucket.ended(replaced, removed)[replaced]["text"]

    def text(key: str) -> str:
        return bucket.api(f"/recordings/{recording_id(key)}").json().get("text") or ""

    with search_away():
        fresh = bucket.put("fresh.mp3", sample)
        bucket.put("replaced.mp3", other_sample)
        bucket.delete(removed)
        assert any(text(fresh) == first for _ in eventually())
        assert any(text(replaced) not in ("", first) for _ in eventually())
        assert any((bucket.item(removed) or {})["status"] == "deleted" for _ in eventually())
        refused = bucket.api("/search", params={"q": "bread"})
        assert refused.status_code == 503
        assert refused.json()["error"]["code"]
    for key in (fresh, replaced):
        assert any(bucket.is_searchable(key) for _ in eventually())
    assert any(not bucket.passages(removed) for _ in eventually())
    (passage,) = bucket.passages(replaced)
    assert passage["text"] == text(replaced)
    agreed = scripts("check", "--wait", "2")
    assert bucket.prefix not in agreed.stdout
