"""Conditional writes to the table: every change of a recording goes through `write`.

A write happens only while its condition holds, counts the item's revision on, and clears away a
body in S3 that no item names any more.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot.recordings.bodies import KEPT, Bodies
from earshot.recordings.listing import ALL
from earshot.recordings.record import Status

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table


class ConditionalWrites:
    """Writes to one boto3 Table; `bodies` keeps transcripts that are too large for an item."""

    def __init__(self, table: "Table", bodies: Bodies, now: Callable[[], datetime]) -> None:
        self.table = table
        self.bodies = bodies
        self.now = now

    def look(self, recording_id: str, *attributes: str) -> dict[str, Any]:
        """Some attributes of an item as they are now; empty when there is none."""
        answer = self.table.get_item(
            Key={"recording_id": recording_id},
            ConsistentRead=True,
            ProjectionExpression=", ".join(f"#{name}" for name in attributes),
            ExpressionAttributeNames={f"#{name}": name for name in attributes},
        )
        return dict(answer.get("Item", {}))

    def write(
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
        now = timestamp(self.now())
        attributes = dict(set_) | {"updated_at": now}
        attributes["listed_at"] = f"{now}#{recording_id}"
        if attributes["status"] is not Status.DELETED:
            attributes |= ALL
        removed = [name for name in remove if name not in attributes]
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in attributes)
        if removed:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in removed)
        try:
            answer = self.table.update_item(
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
        for name in KEPT:
            if name in before and name in (*attributes, *removed):
                self.bodies.drop(before[name])  # what was said goes when its version goes
        return before

    def set_revision(self, recording_id: str, seen: int, revision: int) -> bool:
        """Count the revision on from `seen` and change nothing else; False when it was another."""
        try:
            self.table.update_item(
                Key={"recording_id": recording_id},
                UpdateExpression="SET revision = :next",
                ConditionExpression="revision = :seen",
                ExpressionAttributeValues={":next": revision, ":seen": seen},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True

    def kept_after_all(self, recording_id: str, kept: Mapping[str, Any]) -> bool:
        """Whether the item names what was `kept` though its write was refused; else clears it away.

        boto3 repeats a write whose answer was lost, and is refused by what the first one wrote.
        """
        keys = {name: kept[name] for name in KEPT if kept.get(name)}
        if not keys:
            return False
        if keys.items() <= self.look(recording_id, *keys).items():
            return True
        for key in keys.values():
            self.bodies.drop(key)
        return False


def timestamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
