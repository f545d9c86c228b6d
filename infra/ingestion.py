"""S3 events -> queue -> the transcribe function, and a queue for what it could not deal with."""

from collections.abc import Mapping

from aws_cdk import (
    Duration,
    Size,
    aws_lambda_event_sources,
    aws_s3,
    aws_s3_notifications,
    aws_sqs,
)
from constructs import Construct

from infra.function import model_function
from infra.settings import Settings

MAX_RECEIVES = 5
CHANGES = (
    aws_s3.EventType.OBJECT_CREATED,
    aws_s3.EventType.OBJECT_REMOVED,
    aws_s3.EventType.LIFECYCLE_EXPIRATION,  # what a rule of the bucket's owner deletes
)


class Ingestion(Construct):
    """Every change of the bucket reaches the function at least once, or ends in the DLQ."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        bucket: aws_s3.Bucket,
        environment: Mapping[str, str],
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        timeout = Duration.seconds(settings.transcribe_timeout_s)
        self.dead_letters = aws_sqs.Queue(
            self,
            "DeadLetters",
            enforce_ssl=True,
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
        )
        self.queue = aws_sqs.Queue(
            self,
            "Queue",
            enforce_ssl=True,
            encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
            retention_period=Duration.days(14),
            # Six times the function's timeout, as Lambda's guide for SQS asks: throttled batches
            # must not come back while they wait.
            visibility_timeout=Duration.seconds(6 * settings.transcribe_timeout_s),
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
        )
        destination = aws_s3_notifications.SqsDestination(self.queue)
        for change in CHANGES:
            bucket.add_event_notification(change, destination)
        self.function = model_function(
            self,
            "Transcribe",
            handler="transcribe",
            environment=dict(environment) | {"EARSHOT_MAX_RECEIVES": str(MAX_RECEIVES)},
            memory_mib=settings.transcribe_memory_mib,
            timeout=timeout,
            disk=Size.mebibytes(settings.audio_disk_mib),
            settings=settings,
        )
        self.function.add_event_source(
            aws_lambda_event_sources.SqsEventSource(
                self.queue,
                batch_size=settings.transcribe_batch,
                max_concurrency=settings.transcribe_concurrency,
                report_batch_item_failures=True,
            )
        )
