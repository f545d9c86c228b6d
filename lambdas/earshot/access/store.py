"""The keys' table in DynamoDB, and the count of what each key did in the last minute."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot.access.keys import Key, Scope

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

# A key that ended is listed for so long, and then DynamoDB forgets it.
REMEMBERED = timedelta(days=90)
# How exactly `last_used_at` is known; one write for that many seconds, however many requests.
USE_NOTED_S = 60


class Keys:
    """The keys in `table`, a boto3 Table with `key_id` as its partition key."""

    def __init__(self, table: "Table") -> None:
        self._table = table

    def add(self, key: Key) -> None:
        self._table.put_item(Item=_item(key), ConditionExpression="attribute_not_exists(key_id)")

    def get(self, key_id: str) -> Key | None:
        found = self._table.get_item(Key={"key_id": key_id})
        return _key(found["Item"]) if "Item" in found else None

    def all(self) -> list[Key]:
        """Every key that is remembered, the oldest first."""
        return sorted(
            (_key(item) for page in self._pages() for item in page), key=lambda key: key.created_at
        )

    def end(self, key: Key, moment: datetime, *, revoked: bool) -> None:
        """Let a key end at `moment`, which lies ahead where another takes its place."""
        attribute = "revoked_at" if revoked else "expires_at"
        self._table.update_item(
            Key={"key_id": key.key_id},
            UpdateExpression=f"SET {attribute} = :moment, forget_at = :forget",
            ExpressionAttributeValues={":moment": moment.isoformat(), ":forget": _forget(moment)},
            ConditionExpression="attribute_exists(key_id)",
        )

    def use(self, key: Key, now: datetime) -> bool:
        """Note that the key is used; False if it was used as often this minute as it may be."""
        if key.per_minute is None:
            if key.last_used_at is None or now - key.last_used_at >= timedelta(seconds=USE_NOTED_S):
                self._update(key, "SET last_used_at = :now", {":now": now.isoformat()})
            return True
        minute = now.strftime("%Y-%m-%dT%H:%M")
        values = {":now": now.isoformat(), ":minute": minute, ":one": 1}
        more = {**values, ":most": key.per_minute}
        for _ in range(2):  # the minute may begin between the two
            if self._update(
                key,
                "SET last_used_at = :now ADD used :one",
                more,
                "used_minute = :minute AND used < :most",
            ):
                return True
            if self._update(
                key,
                "SET last_used_at = :now, used_minute = :minute, used = :one",
                values,
                "attribute_not_exists(used_minute) OR used_minute < :minute",
            ):
                return True
        return False

    def _update(
        self, key: Key, expression: str, values: Mapping[str, Any], condition: str | None = None
    ) -> bool:
        """Whether the condition held; a key that is gone meanwhile is not made again."""
        there = "attribute_exists(key_id)"
        try:
            self._table.update_item(
                Key={"key_id": key.key_id},
                UpdateExpression=expression,
                ExpressionAttributeValues=dict(values),
                ConditionExpression=f"{there} AND ({condition})" if condition else there,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        more: dict[str, Any] = {}
        while True:
            page = self._table.scan(ConsistentRead=True, **more)
            yield page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _item(key: Key) -> dict[str, Any]:
    moments = {
        name: moment.isoformat()
        for name in ("created_at", "expires_at", "revoked_at", "last_used_at")
        if (moment := getattr(key, name))
    }
    item: dict[str, Any] = {
        "key_id": key.key_id,
        "name": key.name,
        "digest": key.digest,
        "scopes": sorted(key.scopes),
        **moments,
    }
    if key.per_minute is not None:
        item["per_minute"] = key.per_minute
    if key.expires_at:
        item["forget_at"] = _forget(key.expires_at)
    return item


def _key(item: Mapping[str, Any]) -> Key:
    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(item[name]) if name in item else None

    return Key(
        key_id=item["key_id"],
        name=item["name"],
        digest=item["digest"],
        # A scope that newer code knows opens nothing here.
        scopes=frozenset(Scope(one) for one in item["scopes"] if one in set(Scope)),
        created_at=moment("created_at") or datetime.fromtimestamp(0, UTC),
        expires_at=moment("expires_at"),
        revoked_at=moment("revoked_at"),
        last_used_at=moment("last_used_at"),
        per_minute=int(item["per_minute"]) if "per_minute" in item else None,
    )


def _forget(moment: datetime) -> int:
    return int((moment + REMEMBERED).timestamp())
