"""The truth about every recording, in DynamoDB: the one module that reads and writes the table.

Events arrive at least once and in any order, so every write is conditional: on S3's sequencer (an
older event never overwrites what a newer one wrote) and on the status (a repeated event does its
work once). A deletion leaves a tombstone, so that a late event can't resurrect the recording.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from earshot.events import ObjectEvent
from earshot.speech.transcript import Transcript
from earshot.transcripts.bodies import Bodies
from earshot.transcripts.item import pack, recording_from_item, transcript_attributes
from earshot.transcripts.listing import page_of_recordings
from earshot.transcripts.recording import Failure, Recording, Source, Status, recording_id

INTERNAL = "internal"  # the failure that a redrive may try again

_TOMBSTONE_LIFETIME = timedelta(days=14)  # SQS keeps a message for at most as long
_TRANSCRIPT_ATTRIBUTES = ("body", "body_key", "text", "duration", "model", "fingerprint")
_ERROR_ATTRIBUTES = ("error_code", "error_message")


class Claim(StrEnum):
    """What `claim` found."""

    TAKEN = "taken"  # the work is the caller's
    UNCHANGED = "unchanged"  # the same sound was transcribed by the same model before
    STALE = "stale"  # a newer event, or a repetition of this one, has been dealt with


@dataclass(frozen=True, slots=True)
class Claimed:
    claim: Claim
    passages: int = 0  # what earlier versions of the recording have in the index


def _now() -> datetime:
    return datetime.now(UTC)


class Recordings:
    """The recordings of one table; `transcripts` is the S3 bucket for bodies over the limit."""

    def __init__(
        self, table: Any, transcripts: Any = None, now: Callable[[], datetime] = _now
    ) -> None:
        self._table = table
        self._bodies = Bodies(transcripts)
        self._now = now

    # -- reading

    def get(self, recording_id: str) -> Recording | None:
        """The recording with its transcript; None when there is none (any more)."""
        item = self._table.get_item(Key={"recording_id": recording_id}, ConsistentRead=True)
        recording = item.get("Item") and recording_from_item(item["Item"], self.read_body)
        return recording if recording and recording.status is not Status.DELETED else None

    def read_body(self, key: str) -> bytes | None:
        """A transcript body that was too large for its item; None when it was replaced since."""
        return self._bodies.read(key)

    def list(
        self,
        status: Status | None = None,
        prefix: str | None = None,
        cursor: str | None = None,
        size: int = 50,
    ) -> tuple[list[Recording], str | None]:
        """Recordings without transcripts, the latest changed first, and a cursor for the next page.

        `prefix` keeps keys that begin with it; the page may then be short though more follow: go on
        while there is a cursor. Raises InvalidRequest for a cursor that isn't one of ours.
        """
        return page_of_recordings(self._table, status, prefix, cursor, size)

    def current(self, recording_id: str) -> Recording | None:
        """The recording as `get` gives it, but a tombstone too: what the index must show."""
        item = self._table.get_item(Key={"recording_id": recording_id}, ConsistentRead=True)
        return recording_from_item(item["Item"], self.read_body) if "Item" in item else None

    def scan(self, since: str | None = None, transcripts: bool = True) -> Iterator[Recording]:
        """Every recording with its transcript, tombstones too, in no order.

        With `since` only what was written at that time (ISO 8601) or later. Without `transcripts`
        only the ids, revisions and passages are read.
        """
        arguments: dict[str, Any] = {"ConsistentRead": True}
        if since:
            arguments["FilterExpression"] = Attr("updated_at").gte(since)
        if not transcripts:
            arguments["ProjectionExpression"] = "recording_id, #status, revision, passages"
            arguments["ExpressionAttributeNames"] = {"#status": "status"}
        while True:
            page = self._table.scan(**arguments)
            for item in page["Items"]:
                yield recording_from_item(item, self.read_body)
            if "LastEvaluatedKey" not in page:
                return
            arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def about_how_many(self) -> int:
        """How many items the table has, by an estimate that DynamoDB makes every six hours."""
        self._table.reload()
        return int(self._table.item_count)

    # -- the way of an object event

    def claim(
        self, event: ObjectEvent, fingerprint: str, facets: Mapping[str, str] | None, size: int
    ) -> Claimed:
        """Take up the work that a created object means, unless it is done or overtaken.

        The same content under a newer event only refreshes the facets: its transcript stays. Facets
        are None where the object could not be looked at; an import, which its metadata would spare,
        is spared then.
        """
        current = self._look(event.recording_id, "status", "etag", "fingerprint")
        seen = {
            "key": event.key,
            "sequencer": event.sequencer,
            "uploaded_at": event.time,
            "size": size,
            "source": Source.UPLOAD,
        }
        if facets is not None:
            seen["facets"] = dict(facets)
        if (
            current.get("status") == Status.DONE
            and current.get("etag") == event.etag
            and current.get("fingerprint") == fingerprint
        ):
            refreshed = self._write(
                event.recording_id,
                set_=seen | {"status": Status.DONE},
                condition="sequencer < :sequencer AND #status = :status AND etag = :etag",
                values={":etag": event.etag},
            )
            if refreshed is not None:
                return Claimed(Claim.UNCHANGED)
            # Another event came between: if it was an older one, this one's work is left to do.
        condition = (
            "attribute_not_exists(sequencer) OR sequencer < :sequencer OR (sequencer = :sequencer"
            " AND (#status IN (:queued, :transcribing) OR error_code = :internal))"
        )
        values = {
            ":queued": Status.QUEUED,
            ":transcribing": Status.TRANSCRIBING,
            ":internal": INTERNAL,
        }
        if facets is None:
            condition = f"(attribute_not_exists(#source) OR #source <> :import) AND ({condition})"
            values[":import"] = Source.IMPORT
        taken = self._write(
            event.recording_id,
            set_=seen | {"status": Status.TRANSCRIBING, "etag": event.etag},
            remove=(*_TRANSCRIPT_ATTRIBUTES, *_ERROR_ATTRIBUTES, "expires_at"),
            condition=condition,
            values=values,
        )
        if taken is None:
            return Claimed(Claim.STALE)
        return Claimed(Claim.TAKEN, passages=int(taken.get("passages", 0)))

    def finish(self, event: ObjectEvent, transcript: Transcript, passages: int) -> bool:
        """Write the transcript of the claimed event; False when a newer event took over.

        `passages`: the most passages any version, this one included, had in the index.
        """
        body = self._bodies.keep(event.recording_id, pack(transcript))
        attributes = transcript_attributes(transcript) | {"passages": passages}
        ended = self._end(event, attributes | body | {"status": Status.DONE})
        return ended or self._kept_after_all(event.recording_id, body)

    def fail(self, event: ObjectEvent, failure: Failure) -> bool:
        """Write why the claimed event has no transcript; False when a newer event took over."""
        return self._end(
            event,
            {
                "status": Status.FAILED,
                "error_code": failure.code,
                "error_message": failure.message,
            },
        )

    def remove(self, event: ObjectEvent) -> bool:
        """Leave a tombstone for a removed object; False when a newer event was there before."""
        return self._bury(event, "attribute_not_exists(sequencer) OR sequencer < :sequencer")

    def forget(self, event: ObjectEvent) -> bool:
        """Leave a tombstone for a claimed object that was gone before it was worked on."""
        return self._bury(event, "sequencer = :sequencer")

    # -- the way of an import

    def add_imported(
        self, recordings: Iterable[tuple[str, Mapping[str, str], Transcript, int]]
    ) -> int:
        """Write (key, facets, transcript, passages) of existing transcripts; how many were new.

        A recording that was uploaded, imported with the same transcript, or deleted not long ago
        is left as it is. Several threads may do this at once.
        """
        return sum(self._add_imported(*recording) for recording in recordings)

    def _add_imported(
        self, key: str, facets: Mapping[str, str], transcript: Transcript, passages: int
    ) -> bool:
        identity = recording_id(key)
        body = self._bodies.keep(identity, pack(transcript))
        while True:
            written = self._write(
                identity,
                set_=transcript_attributes(transcript)
                | body
                | {
                    "key": key,
                    "status": Status.DONE,
                    "source": Source.IMPORT,
                    "facets": dict(facets),
                    "uploaded_at": _timestamp(self._now()),
                    "passages": passages,
                },
                remove=("body", "body_key"),
                condition=(
                    "attribute_not_exists(recording_id)"
                    " OR (#source = :source AND #status = :status AND passages <= :passages"
                    " AND (#text <> :text OR #duration <> :duration"
                    " OR fingerprint <> :fingerprint OR facets <> :facets))"
                ),
                names={"#source": "source", "#text": "text"},
            )
            if written is not None:
                return True
            # What an earlier, longer transcript has in the index must stay known.
            most = int(self._look(identity, "passages").get("passages", 0))
            if most <= passages:
                return self._kept_after_all(identity, body)
            passages = most

    def adopt(self, event: ObjectEvent, size: int) -> bool:
        """Give an imported recording the sound that this event brought; its transcript stays.

        False when there is no imported transcript to keep, or a newer event was there before.
        """
        adopted = self._write(
            event.recording_id,
            set_={
                "status": Status.DONE,
                "sequencer": event.sequencer,
                "uploaded_at": event.time,
                "etag": event.etag,
                "size": size,
            },
            condition=(
                "#source = :import AND #status = :status"
                " AND (attribute_not_exists(sequencer) OR sequencer < :sequencer)"
            ),
            values={":import": Source.IMPORT},
            names={"#source": "source"},
        )
        return adopted is not None

    # -- the way of a repair

    def raise_revision(self, recording_id: str, least: int) -> Recording | None:
        """Count the revision on, to `least` or more, and nothing else; the recording after it.

        A tombstone too; None when the table knows nothing of it.
        """
        while (current := self.current(recording_id)) is not None:
            revision = max(current.revision + 1, least)
            try:
                self._table.update_item(
                    Key={"recording_id": recording_id},
                    UpdateExpression="SET revision = :next",
                    ConditionExpression="revision = :seen",
                    ExpressionAttributeValues={":next": revision, ":seen": current.revision},
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                continue  # written to meanwhile
            return replace(current, revision=revision)
        return None

    # -- writing

    def _end(self, event: ObjectEvent, attributes: Mapping[str, Any]) -> bool:
        ended = self._write(
            event.recording_id,
            set_=attributes,
            condition="sequencer = :sequencer AND #status = :transcribing",
            values={":sequencer": event.sequencer, ":transcribing": Status.TRANSCRIBING},
        )
        return ended is not None

    def _kept_after_all(self, recording_id: str, body: Mapping[str, Any]) -> bool:
        """Whether the item names `body` though its write was refused; otherwise clears it away.

        boto3 repeats a write whose answer was lost, and is refused by what the first one wrote.
        """
        if "body_key" not in body:
            return False
        if self._look(recording_id, "body_key").get("body_key") == body["body_key"]:
            return True
        self._bodies.drop(body["body_key"])
        return False

    def _bury(self, event: ObjectEvent, condition: str) -> bool:
        """Leave a tombstone, and clear away a body in S3.

        The tombstone goes on naming that body: where a crash came between the two, the repeated
        event finds it there and ends the work.
        """
        expiry = int((self._now() + _TOMBSTONE_LIFETIME).timestamp())
        traces = {*_TRANSCRIPT_ATTRIBUTES, *_ERROR_ATTRIBUTES} - {"body_key"}
        before = self._write(
            event.recording_id,
            set_={"status": Status.DELETED, "sequencer": event.sequencer, "expires_at": expiry},
            remove=(*sorted(traces), "key", "etag", "size", "facets", "listed_at", "uploaded_at"),
            condition=condition,
        )
        left = before
        if left is None:
            left = self._look(event.recording_id, "status", "body_key")
            if left.get("status") != Status.DELETED:
                return False
        if "body_key" in left:
            self._bodies.drop(left["body_key"])
        return before is not None

    def _look(self, recording_id: str, *attributes: str) -> dict[str, Any]:
        """Some attributes of an item as they are now; empty when there is none."""
        answer = self._table.get_item(
            Key={"recording_id": recording_id},
            ConsistentRead=True,
            ProjectionExpression=", ".join(f"#{name}" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
        )
        return dict(answer.get("Item", {}))

    def _write(
        self,
        recording_id: str,
        set_: Mapping[str, Any],
        condition: str,
        remove: Iterable[str] = (),
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any] | None:
        """One conditional write that also counts the revision.

        What the item was before; None when the condition failed.
        """
        now = _timestamp(self._now())
        attributes = dict(set_) | {"updated_at": now}
        if attributes["status"] is not Status.DELETED:
            attributes["listed_at"] = f"{now}#{recording_id}"
        removed = [name for name in remove if name not in attributes]
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in attributes)
        if removed:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in removed)
        try:
            answer = self._table.update_item(
                Key={"recording_id": recording_id},
                UpdateExpression=expression + " ADD #revision :one",
                ConditionExpression=condition,
                ExpressionAttributeNames={
                    f"#{name}": name for name in (*attributes, *removed, "revision")
                }
                | dict(names or {}),
                ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()}
                | dict(values or {})
                | {":one": 1},
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise
        before: Mapping[str, Any] = answer.get("Attributes", {})
        if "body_key" in before and "body_key" in (*attributes, *removed):
            self._bodies.drop(before["body_key"])  # what was said goes when its version goes
        return before


def _timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
