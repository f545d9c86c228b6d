"""Notices on their way to EventBridge, from where rules take them to programs."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from earshot.errors import Unavailable
from earshot.recordings.notices import Notice, notice_of
from earshot.recordings.stream import recording_id_of

if TYPE_CHECKING:
    from types_boto3_events.client import EventBridgeClient
    from types_boto3_events.type_defs import PutEventsRequestEntryTypeDef

logger = logging.getLogger(__name__)

SOURCE = "earshot"
_ENTRIES_AT_ONCE = 10  # PutEvents' limit
_TRIES = 3


@dataclass(frozen=True, slots=True)
class EventBus:
    """One bus, by name, behind a boto3 client of EventBridge."""

    client: "EventBridgeClient"
    name: str

    def send(self, notices: Sequence[Notice]) -> None:
        """Send all of them. Raises Unavailable if the bus did not take one."""
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "EventBusName": self.name,
                "Source": SOURCE,
                "DetailType": f"Recording {notice.status}",
                "Detail": json.dumps(notice.detail),
            }
            for notice in notices
        ]
        for start in range(0, len(entries), _ENTRIES_AT_ONCE):
            self._put(entries[start : start + _ENTRIES_AT_ONCE])

    def _put(self, entries: "list[PutEventsRequestEntryTypeDef]") -> None:
        for _ in range(_TRIES):
            answers = self.client.put_events(Entries=entries)["Entries"]
            # A call succeeds though some of its entries were refused.
            entries = [
                entry
                for entry, answer in zip(entries, answers, strict=True)
                if answer.get("ErrorCode")
            ]
            if not entries:
                return
        raise Unavailable("EventBridge does not take events.")


def tell(records: Iterable[Mapping[str, Any]], bus: EventBus) -> None:
    """Tell the bus what these stream records have to tell. Raises Unavailable.

    One that can't be read is left out: it could not be projected either, which was reported.
    """
    notices: list[Notice] = []
    for record in records:
        try:
            notice = notice_of(record)
        except Exception:
            extra = {"recording_id": recording_id_of(record)}
            logger.exception("could not tell of a change", extra=extra)
            continue
        if notice:
            notices.append(notice)
    bus.send(notices)
