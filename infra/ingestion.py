"""The live lane: its queue, the transcribe function, a queue for what it could not deal with."""

from collections.abc import Mapping

from aws_cdk import (
    Duration,
    Size,
    aws_lambda_event_sources,
    aws_sqs,
)
from constructs import Construct

from infra.function import model_function
from infra.queues import durable_queue
from infra.settings import Settings

MAX_RECEIVES = 5


class Ingestion(Construct):
    """Every message of the queue reaches the function at least once, or ends in the DLQ."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        environment: Mapping[str, str],
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        timeout = Duration.seconds(settings.transcribe_timeout_s)
        self.dead_letters = durable_queue(self, "DeadLetters")
        self.queue = durable_queue(
            self,
            "Queue",
            # Six times the function's timeout, as Lambda's guide for SQS asks: throttled batches
            # must not come back while they wait.
            visibility_timeout=Duration.seconds(6 * settings.transcribe_timeout_s),
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
        )
        self.function = model_function(
            self,
            "Transcribe",
            handler="transcribe",
            environment=dict(environment)
            | {
                "EARSHOT_MAX_RECEIVES": str(MAX_RECEIVES),
                "EARSHOT_QUEUE_URL": self.queue.queue_url,
            },
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
