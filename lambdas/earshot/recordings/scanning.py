"""Every item of the table, page after page."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table


def every_item(table: "Table", since: str | None, transcripts: bool) -> Iterator[Mapping[str, Any]]:
    """All items in no order, tombstones too.

    With `since` only what was written at that time (ISO 8601) or later. Without `transcripts` only
    the ids, revisions and passages are read.
    """
    arguments: dict[str, Any] = {"ConsistentRead": True}
    if since:
        arguments["FilterExpression"] = Attr("updated_at").gte(since)
    if not transcripts:
        arguments["ProjectionExpression"] = "recording_id, #status, revision, passages"
        arguments["ExpressionAttributeNames"] = {"#status": "status"}
    while True:
        page = table.scan(**arguments)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        arguments["ExclusiveStartKey"] = page["LastEvaluatedKey"]
