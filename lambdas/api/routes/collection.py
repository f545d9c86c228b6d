"""GET /collection: what there is as a whole, for who does not know yet what to search for."""

from collections import Counter
from datetime import UTC, datetime

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api import caching
from api.parameters import OnlyKnownParameters
from api.services import Index, Store
from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings
from earshot.search.overview import Overview

router = APIRouter(tags=["search"])

LOOKED_AT = 100  # recordings of a state; a count of so many means at least so many


class FailureShare(BaseModel):
    """How many recordings failed for a reason; `message` is that of the latest."""

    code: str
    message: str
    count: int


class Collection(BaseModel):
    """What can be searched, what waits, and what could not be transcribed.

    `waiting` and `failed` are counted up to `counted_to`; `failures` are those of the latest.
    """

    searchable: Overview
    waiting: int
    failed: int
    counted_to: int
    failures: list[FailureShare]


@router.get("/collection", dependencies=[OnlyKnownParameters])
def about_the_collection(index: Index, recordings: Store, response: Response) -> Collection:
    """Recordings, hours, days and models; words worth a search; what failed, and why."""
    failed = _of(recordings, Status.FAILED)
    waiting = [*_of(recordings, Status.QUEUED), *_of(recordings, Status.TRANSCRIBING)]
    response.headers.update(caching.COLLECTION)
    return Collection(
        searchable=index.overview(datetime.now(UTC).date()),
        waiting=min(len(waiting), LOOKED_AT),
        failed=len(failed),
        counted_to=LOOKED_AT,
        failures=_reasons(failed),
    )


def _of(recordings: Recordings, status: Status) -> list[Recording]:
    """The latest of a state, each once: the list repeats what changes meanwhile."""
    page, _ = recordings.list(status, size=LOOKED_AT)
    return list({one.recording_id: one for one in page}.values())


def _reasons(failed: list[Recording]) -> list[FailureShare]:
    """The commonest first."""
    failures = [one.failure for one in failed if one.failure]
    latest = {failure.code: failure.message for failure in reversed(failures)}
    return [
        FailureShare(code=code, message=latest[code], count=count)
        for code, count in Counter(failure.code for failure in failures).most_common()
    ]
