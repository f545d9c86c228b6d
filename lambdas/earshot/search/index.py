"""The projection of recordings into the search index, by writes that may come late or twice.

Every write carries the recording's revision as the external version of its documents, deletions
too, so the engine itself refuses whatever is older than what it has.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import RequestError, TransportError

from earshot.errors import Unavailable
from earshot.recordings.record import Recording, Status
from earshot.search.mapping import SCHEMA, document_id, documents, index_body
from earshot.search.versions import widen

logger = logging.getLogger(__name__)

BATCH_BYTES = 5_000_000  # of one bulk request; AWS refuses 10 MB on small instances
MAX_ATTEMPTS = 6
FIRST_PAUSE_S = 0.2  # doubled with every try, and drawn at random below that
_BUSY_STATUSES = (429, 502, 503, 504)
_CONFLICT_STATUS = 409  # the index has this revision or a newer one: nothing is left to do
NO_INDEX = "index_not_found_exception"


@dataclass(frozen=True, slots=True)
class _Action:
    """One line pair of a bulk request, for one recording."""

    recording: int  # its place among those to be projected
    lines: bytes


class SearchIndex:
    """The passages behind `alias`; with `is_alias` False it names an index that must be there."""

    def __init__(
        self,
        client: OpenSearch,
        alias: str = "passages",
        refresh_interval: str = "1s",
        pause: Callable[[float], None] = time.sleep,
        is_alias: bool = True,
    ) -> None:
        self._client = client
        self._alias = alias
        self._refresh_interval = refresh_interval
        self._pause = pause
        self._is_alias = is_alias

    def ensure(self) -> None:
        """Make the index and its alias unless they are there; safe when two do it at once.

        An index made by older code gets the fields that this code writes, so that writes go on
        until it is rebuilt.
        """
        # Names first: who makes one after this look makes the very name that is tried below.
        there = self._client.indices.get(index=f"{self._alias}-*")
        if self._client.indices.exists_alias(name=self._alias):
            for name, index in there.items():
                meta = index["mappings"].get("_meta", {})
                if self._alias in index["aliases"] and meta.get("schema") != SCHEMA:
                    self._widen(name)
            return
        numbers = [name.removeprefix(f"{self._alias}-") for name in there]
        number = max((int(one) for one in numbers if one.isdecimal()), default=0) + 1
        body = index_body(self._refresh_interval) | {"aliases": {self._alias: {}}}
        try:
            self._client.indices.create(index=f"{self._alias}-{number}", body=body)
        except RequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _widen(self, name: str) -> None:
        try:
            widen(self._client, name)
        except RequestError:
            # A field changed its kind: what does not fit fails with the engine's reason, and stays
            # in the failure queue until the index is rebuilt.
            logger.warning("the index %s needs to be rebuilt", name)

    def project(self, recordings: Sequence[Recording]) -> list[tuple[Recording, str]]:
        """Make the index show these recordings; those that could not be written, with the reason.

        A done recording's passages are written and what it had beyond them is deleted; any other
        recording disappears. What the engine refuses as older is no failure. Busy answers are tried
        again for some seconds; a document that can't be indexed fails its own recording alone.

        Raises Unavailable when the engine stays away or busy; all of it can be repeated then.
        """
        failures: dict[int, str] = {}
        for batch in _batches(self._actions(recordings, failures)):
            for place, reason in self._write(batch).items():
                failures.setdefault(place, reason)
        return [(recordings[place], reason) for place, reason in sorted(failures.items())]

    def _actions(
        self, recordings: Sequence[Recording], failures: dict[int, str]
    ) -> Iterator[_Action]:
        """What to write; recordings of which no documents can be made go to `failures`."""
        for place, recording in enumerate(recordings):
            try:
                shown = list(documents(recording)) if recording.status is Status.DONE else []
            except Exception as error:  # of our own code: the others must not wait for its mending
                logger.exception("no documents", extra={"recording_id": recording.recording_id})
                failures[place] = f"{type(error).__name__}: {error}"
                continue
            for identity, document in shown:
                yield self._action(place, "index", identity, recording.revision, document)
            for n in range(len(shown), recording.passages):
                identity = document_id(recording.recording_id, n)
                yield self._action(place, "delete", identity, recording.revision)

    def _action(
        self, place: int, operation: str, identity: str, revision: int, *document: dict[str, Any]
    ) -> _Action:
        meta = {
            "_id": identity,
            "version": revision,
            "version_type": "external",
        }
        lines = ({operation: meta}, *document)
        return _Action(
            place, b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        )

    def _target(self) -> dict[str, str]:
        """An alias that is gone must not come back as an index without a mapping."""
        return {"require_alias": "true"} if self._is_alias else {}

    def _write(self, actions: Sequence[_Action]) -> dict[int, str]:
        """Write one batch; the recordings that failed, with the reason."""
        failures: dict[int, str] = {}
        waiting = list(actions)
        reason = ""
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                self._pause(random.uniform(0, FIRST_PAUSE_S * 2**attempt))  # noqa: S311
            try:
                lines = b"".join(action.lines for action in waiting)
                answer = self._client.bulk(body=lines, index=self._alias, params=self._target())
            except NoConnection as error:
                reason = f"no connection: {error.error}"
                continue
            except TransportError as error:
                if error.status_code not in _BUSY_STATUSES:
                    raise
                reason = f"busy: {error.status_code}"
                continue
            busy = []
            for action, item in zip(waiting, answer["items"], strict=True):
                result = next(iter(item.values()))
                if "error" not in result or result["status"] == _CONFLICT_STATUS:
                    continue  # a deletion of what was not there has no error either
                if result["status"] in _BUSY_STATUSES or result["error"]["type"] == NO_INDEX:
                    busy.append(action)
                    reason = _why(result)
                else:
                    failures.setdefault(action.recording, _why(result))
            waiting = busy
            if not waiting:
                break
            if NO_INDEX in reason and self._is_alias:
                self.ensure()  # it was deleted under us
        if waiting:
            raise Unavailable(f"The search index takes no writes: {reason}")
        return failures


def _batches(actions: Iterable[_Action]) -> Iterator[list[_Action]]:
    batch: list[_Action] = []
    size = 0
    for action in actions:
        if batch and size + len(action.lines) > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(action)
        size += len(action.lines)
    if batch:
        yield batch


def _why(result: dict[str, Any]) -> str:
    error = result.get("error", {})
    cause = error.get("caused_by", {}).get("reason", "")
    return ": ".join(part for part in (error.get("type"), error.get("reason"), cause) if part)
