"""Records of another table brought into the deployment's own.

The other table is a restored copy, or what an earlier deployment left. The search follows by
itself, because the table's stream tells it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot.recordings.record import Status

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table
    from types_boto3_s3.service_resource import Bucket

REVISIONS_TO_SKIP = 10  # more than manual edits since then will have used

Item = Mapping[str, Any]


@dataclass
class Brought:
    """What became of the records; `lost` are those whose long transcript is nowhere any more."""

    brought: int = 0
    there: int = 0  # already, and not to be overwritten
    overtaken: int = 0  # by a change in the same moment
    lost: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Transcripts:
    """Where long transcripts are (boto3 Buckets): `source` may be the deployment's own."""

    source: Any
    target: Any

    def bring(self, key: str) -> bool:
        """Make this body be there, from an old version of it if need be; False if there is none."""
        if _exists(self.target, key):
            return True
        for version in self.source.object_versions.filter(Prefix=key):
            if version.object_key == key and version.size is not None:  # a marker has none
                origin = {"Bucket": self.source.name, "Key": key, "VersionId": version.id}
                self.target.copy(origin, key)
                return True
        return False


def bring(
    source: Any,
    target: Any,
    transcripts: Transcripts,
    *,
    overwrite: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Brought:
    """Write the records of table `source` (a boto3 Table) that `target` lacks, or has as deleted.

    With `overwrite` also those that differ. Each write counts the revision on, so that the search
    takes it, and is left undone where the record changes meanwhile. It can be repeated.
    """
    found = Brought()
    for stored in _items(source):
        item = stored
        advance(1)
        if item["status"] == Status.DELETED:
            continue
        identity = item["recording_id"]
        now = target.get_item(Key={"recording_id": identity}, ConsistentRead=True).get("Item")
        is_gone = now is None or now["status"] == Status.DELETED
        if not is_gone and (not overwrite or _same(item, now or {})):
            found.there += 1
            continue
        if item.get("body_key") and not transcripts.bring(item["body_key"]):
            found.lost.append(item["key"])
            continue
        if item.get("playback_key") and not transcripts.bring(item["playback_key"]):
            # Without the copy the recording plays as it is; where it was found is a little off.
            item = {name: value for name, value in item.items() if name != "playback_key"}
        if _write(target, item, now):
            found.brought += 1
        else:
            found.overtaken += 1
    return found


def _write(target: Any, item: Item, now: Item | None) -> bool:
    # A record that was deleted by hand is deleted in the index as of the revision after its last.
    seen = int(now["revision"]) if now else int(item["revision"]) + REVISIONS_TO_SKIP
    revision = max(int(item["revision"]), seen) + 1
    passages = max(int(item.get("passages", 0)), int(now.get("passages", 0)) if now else 0)
    fresh = {name: value for name, value in item.items() if name != "expires_at"}
    fresh |= {"revision": revision, "passages": passages}
    try:
        if now is None:
            target.put_item(Item=fresh, ConditionExpression="attribute_not_exists(recording_id)")
        else:
            target.put_item(
                Item=fresh,
                ConditionExpression="revision = :seen",
                ExpressionAttributeValues={":seen": now["revision"]},
            )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _same(one: Item, other: Item) -> bool:
    """Whether two records differ in nothing but how often they were written."""
    counted = ("revision", "updated_at", "listed_at", "passages")
    return {k: v for k, v in one.items() if k not in counted} == {
        k: v for k, v in other.items() if k not in counted
    }


def _items(table: "Table") -> Iterator[Item]:
    more: dict[str, Any] = {}
    while True:
        page = table.scan(ConsistentRead=True, **more)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _exists(bucket: "Bucket", key: str) -> bool:
    try:
        bucket.Object(key).load()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    return True
