"""The hooks' table in DynamoDB. It holds secrets, which must be known to sign, so not as digests:
the table is encrypted with a key of KMS, and two functions alone may read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot.errors import Conflict
from earshot.webhooks.hook import Event, Hook

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

MAX_HOOKS = 100  # every event looks at all of them


class Hooks:
    """The hooks in `table`, a boto3 Table with `hook_id` as its partition key."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def add(self, hook: Hook) -> None:
        """Raises Conflict where there are as many as there may be."""
        if len(self.all()) >= MAX_HOOKS:
            raise Conflict(f"There are {MAX_HOOKS} hooks; delete one first.")
        self._table.put_item(Item=_item(hook), ConditionExpression="attribute_not_exists(hook_id)")

    def get(self, hook_id: str) -> Hook | None:
        found = self._table.get_item(Key={"hook_id": hook_id}, ConsistentRead=True)
        return _hook(found["Item"]) if "Item" in found else None

    def all(self) -> list[Hook]:
        """The oldest first. All fit into one page of a scan: MAX_HOOKS of a few kB."""
        items = self._table.scan(ConsistentRead=True)["Items"]
        return sorted((_hook(item) for item in items), key=lambda hook: hook.created_at)

    def remove(self, hook_id: str) -> bool:
        """False where there is none."""
        gone = self._table.delete_item(Key={"hook_id": hook_id}, ReturnValues="ALL_OLD")
        return "Attributes" in gone

    def end(self, hook_id: str, moment: datetime) -> None:
        """Tell this address nothing any more; one that was removed meanwhile stays away."""
        try:
            self._table.update_item(
                Key={"hook_id": hook_id},
                UpdateExpression="SET ended_at = :moment",
                ConditionExpression="attribute_exists(hook_id)",
                ExpressionAttributeValues={":moment": moment.isoformat()},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _item(hook: Hook) -> dict[str, Any]:
    return {
        "hook_id": hook.hook_id,
        "url": hook.url,
        "events": sorted(hook.events),
        "secret": hook.secret,
        "prefix": hook.prefix,
        "created_at": hook.created_at.isoformat(),
    }


def _hook(item: Mapping[str, Any]) -> Hook:
    return Hook(
        hook_id=item["hook_id"],
        url=item["url"],
        events=frozenset(Event(one) for one in item["events"] if one in set(Event)),
        secret=item["secret"],
        created_at=datetime.fromisoformat(item["created_at"]),
        prefix=item.get("prefix", ""),
        ended_at=datetime.fromisoformat(item["ended_at"]) if "ended_at" in item else None,
    )
