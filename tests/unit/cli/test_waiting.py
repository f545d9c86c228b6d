"""Waiting until recordings can be searched."""

from typing import Any

from opensearchpy import TransportError

from earshot.cli.waiting import _searchable
from earshot.recordings.record import Recording, Status

DONE = {"a": Recording("a", "a.mp3", Status.DONE, revision=2, updated_at="")}


class Index:
    """Answers one search with what it was given."""

    def __init__(self, answer: dict[str, Any] | Exception) -> None:
        self._answer = answer

    def search(self, **_: Any) -> dict[str, Any]:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def holds(revision: int) -> Index:
    source = {"recording_id": "a", "revision": revision}
    return Index({"hits": {"hits": [{"_source": source}]}})


def test_an_older_version_in_the_index_is_not_yet_searchable() -> None:
    assert _searchable(holds(1), "passages", DONE) == []
    assert _searchable(holds(2), "passages", DONE) == ["a"]


def test_an_index_that_is_just_starting_is_waited_for() -> None:
    starting = TransportError(503, "search_phase_execution_exception")
    assert _searchable(Index(starting), "passages", DONE) == []
