"""Waiting for recordings: done means that a search finds the very version that the table holds."""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opensearchpy import OpenSearch, TransportError

from earshot.cli.outputs import Outputs
from earshot.recordings.ids import recording_id
from earshot.recordings.item import recording_from_item
from earshot.recordings.record import Recording, Status
from earshot.search.client import connect

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

# The client warns of every answer that is not 2xx; those that matter are raised here.
logging.getLogger("opensearch").setLevel(logging.ERROR)

PATIENCE = 900.0  # seconds in which none ends
BULK_PATIENCE = 3600.0  # an idle bulk lane has an instance to start before the first one ends
_AT_ONCE = 100  # BatchGetItem's limit


@dataclass(frozen=True, slots=True)
class Ended:
    """A recording that was waited for: searchable, or failed; `moment` is when that was seen."""

    recording: Recording
    moment: float


def wait_for(
    keys: Iterable[str],
    target: Outputs,
    patience: float = PATIENCE,
    pause: float = 0.05,
    etags: Mapping[str, str] | None = None,
    searchable: bool = True,
) -> Iterator[Ended]:
    """Each of `keys` as it ends; looks again after `pause` seconds.

    Where `etags` (by key) has one, only the version with it counts: what was there before it was
    overwritten does not. Unless `searchable`, a transcript in the table is enough.
    Raises TimeoutError, which names how many are left, when none ended for `patience` seconds.
    """
    waiting = {recording_id(key): key for key in keys}
    table = target.resource("dynamodb").Table(target.table)
    index = connect(target.opensearch_url, target.region) if searchable else None
    last = time.monotonic()
    while waiting:
        done: dict[str, Recording] = {}
        for recording in _records(table, list(waiting)):
            if recording.etag != (etags or {}).get(recording.key, recording.etag):
                continue
            if recording.status is Status.FAILED or (
                recording.status is Status.DONE and not searchable
            ):
                last = time.monotonic()
                del waiting[recording.recording_id]
                yield Ended(recording, time.time())
            elif recording.status is Status.DONE:
                done[recording.recording_id] = recording
        for one in _searchable(index, target.index, done) if index else ():
            last = time.monotonic()
            del waiting[one]
            yield Ended(done[one], time.time())
        if waiting:
            if time.monotonic() - last > patience:
                key = next(iter(waiting.values()))
                raise TimeoutError(f"{len(waiting)} recordings did not end, {key} among them")
            time.sleep(pause)


def _records(table: "Table", ids: list[str]) -> Iterator[Recording]:
    """The first hundred of these that are there at all: those behind them get their turn."""
    name = table.name
    answer = table.meta.client.batch_get_item(
        RequestItems={
            name: {
                "Keys": [{"recording_id": one} for one in ids[:_AT_ONCE]],
                "ConsistentRead": True,
                "ProjectionExpression": (
                    "recording_id, #key, #status, revision, etag, #text, #duration, #model,"
                    " error_code, error_message"
                ),
                "ExpressionAttributeNames": {
                    f"#{one}": one for one in ("key", "status", "text", "duration", "model")
                },
            }
        }
    )
    return (recording_from_item(item) for item in answer["Responses"].get(name, []))


def _searchable(client: OpenSearch, alias: str, done: Mapping[str, Recording]) -> list[str]:
    if not done:
        return []
    body = {
        "size": len(done),
        "_source": ["recording_id", "revision"],
        "query": {
            "bool": {"filter": [{"terms": {"recording_id": list(done)}}, {"term": {"n": 0}}]}
        },
    }
    try:
        answer = client.search(index=alias, body=body, params={"ignore_unavailable": "true"})
    except TransportError as error:
        # An index that was made this moment answers 503 until its shard has started.
        if error.status_code != 503:
            raise
        return []
    found = {
        hit["_source"]["recording_id"]: hit["_source"]["revision"] for hit in answer["hits"]["hits"]
    }
    return [one for one, recording in done.items() if found.get(one, 0) >= recording.revision]
