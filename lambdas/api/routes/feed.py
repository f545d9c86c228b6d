"""GET /changes and /recordings/{id}/passages: what programs need that keep a copy of their own."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from api.moments import Moment
from api.parameters import OnlyKnownParameters
from api.retrieval import Passages, passages_of
from api.routes.recordings import MAX_PAGE, Found
from api.schemas import RecordingSummary
from api.services import Settings, Store
from earshot.errors import InvalidRequest
from earshot.recordings.record import Status

router = APIRouter(tags=["export"])

Size = Annotated[int, Query(ge=1, le=MAX_PAGE, description="At most so many an answer.")]


class Deleted(BaseModel):
    """A recording that is gone."""

    recording_id: str
    status: Literal["deleted"]
    updated_at: str


class Changes(BaseModel):
    """What changed, the earliest first. `cursor` goes on after it, now or later; with `more` there
    is more to get right away."""

    changes: list[RecordingSummary | Deleted]
    cursor: str
    more: bool


@router.get("/changes", dependencies=[OnlyKnownParameters], response_model_exclude_unset=True)
def list_changes(
    recordings: Store,
    cursor: Annotated[
        str | None, Query(max_length=4000, description="The `cursor` of the answer before.")
    ] = None,
    since: Annotated[
        Moment | None, Query(max_length=40, description="Without a cursor: from this time on.")
    ] = None,
    size: Size = MAX_PAGE,
) -> Changes:
    """What became of recordings, deletions too, each at least once and as it is by then.

    What happened in the last ten seconds comes with a later answer.
    """
    if cursor and since:
        raise InvalidRequest("Either a cursor or `since` is wanted.")
    found, following, more = recordings.changes(cursor, since, size)
    return Changes(
        changes=[
            Deleted(recording_id=one.recording_id, status="deleted", updated_at=one.updated_at)
            if one.status is Status.DELETED
            else RecordingSummary.of(one)
            for one in found
        ],
        cursor=following,
        more=more,
    )


@router.get("/recordings/{recording_id}/passages")
def get_passages(recording: Found, settings: Settings) -> Passages:
    """A recording in parts with times, links and provenance, as a retrieval pipeline wants it.

    They are what the search finds. A recording that is not done has none.
    """
    return Passages(passages=list(passages_of(recording, settings.site_url)))
