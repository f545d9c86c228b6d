"""From the bucket to the lanes: which queue gets the events of which object."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_s3, aws_s3_notifications, aws_sns, aws_sns_subscriptions, aws_sqs
from constructs import Construct

from earshot.recordings.ids import BULK_PREFIX
from infra.bulk_queue import BulkQueue
from infra.ingestion import Ingestion

REMOVALS = (
    aws_s3.EventType.OBJECT_REMOVED,
    aws_s3.EventType.LIFECYCLE_EXPIRATION,  # by a lifecycle rule of the bucket's owner
)


class Routing(Construct):
    """Every change of the bucket reaches one queue, at least once.

    S3 refuses overlapping rules, and has none for "any other prefix". So with a bulk lane, events
    of created objects go to a topic, whose subscriptions filter by key. Removals are quick and go
    to the live queue: no worker has to start for them.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        bucket: aws_s3.IBucket,
        live: Ingestion,
        bulk: BulkQueue | None,
    ) -> None:
        super().__init__(scope, name)
        to_live = aws_s3_notifications.SqsDestination(live.queue)
        for change in REMOVALS:
            bucket.add_event_notification(change, to_live)
        if bulk is None:
            bucket.add_event_notification(aws_s3.EventType.OBJECT_CREATED, to_live)
            return
        topic = aws_sns.Topic(self, "Created", enforce_ssl=True)
        bucket.add_event_notification(
            aws_s3.EventType.OBJECT_CREATED, aws_s3_notifications.SnsDestination(topic)
        )
        below = {"prefix": BULK_PREFIX}
        _subscribe(topic, live.queue, live.dead_letters, {"anything-but": below})
        _subscribe(topic, bulk.queue, bulk.dead_letters, below)


def _subscribe(
    topic: aws_sns.Topic,
    queue: aws_sqs.Queue,
    dead_letters: aws_sqs.Queue,
    key: Mapping[str, Any],
) -> None:
    """Send the queue S3's own messages about objects whose key matches."""
    is_ours = aws_sns.FilterOrPolicy.filter(aws_sns.SubscriptionFilter([key]))
    policy = is_ours
    for field in ("key", "object", "s3"):
        policy = aws_sns.FilterOrPolicy.policy({field: policy})
    topic.add_subscription(
        aws_sns_subscriptions.SqsSubscription(
            queue,
            raw_message_delivery=True,
            filter_policy_with_message_body={"Records": policy},
            dead_letter_queue=dead_letters,  # for messages that can't be delivered
        )
    )
