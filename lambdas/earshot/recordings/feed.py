"""What changed, in the order that it did, for programs that keep a copy: deletions too.

A change moves a recording to the end, so each comes at least once, as it is by then. What was
written in the last seconds is held back: clocks of writers differ, and the index that is read may
show a later write before an earlier one.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from earshot.errors import EarshotError
from earshot.recordings.cursors import Cursor, decode, encode
from earshot.recordings.listing import merged, summaries
from earshot.recordings.record import Recording, Status
from earshot.recordings.tombstones import LIFETIME
from earshot.recordings.writes import timestamp

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

SETTLED = timedelta(seconds=10)
REMEMBERED = LIFETIME - timedelta(days=1)  # deletions; a day to spare for DynamoDB's expiry
_BEGINNING = "0"  # comes before every time


class Forgotten(EarshotError):
    """So long ago that deletions since then may have been forgotten: copy everything anew."""

    code: ClassVar[str] = "forgotten"
    http_status: ClassVar[int] = 410

    def __init__(self) -> None:
        super().__init__(
            f"Deletions are remembered for {REMEMBERED.days} days: begin anew, without a cursor."
        )


def changes(
    table: "Table", cursor: str | None, since: str | None, size: int, now: datetime
) -> tuple[list[Recording], str, bool]:
    """At most `size` recordings without transcripts, the earliest change first; tombstones have
    nothing but their id. Then the cursor to go on with, and whether there is more by now.

    `since` is a time in UTC (ISO 8601). Raises Forgotten, and InvalidRequest for a cursor that is
    none of this feed.
    """
    at = decode(cursor, "changes") if cursor else None
    known_from = at.began if at else since
    if known_from and known_from < timestamp(now - REMEMBERED):
        raise Forgotten
    place = at.place if at else since or _BEGINNING
    until = timestamp(now - SETTLED)
    entries = merged(table, tuple(Status), size + 1, after=place)
    settled = [entry for entry in entries if entry["listed_at"] < until]
    shown = settled[:size]
    following = Cursor("changes", shown[-1]["listed_at"] if shown else place, timestamp(now))
    ids = [entry["recording_id"] for entry in shown]
    return list(summaries(table, ids)), encode(following), len(settled) > size
