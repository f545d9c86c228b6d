"""The live lane: its queue, the transcribe function, and its dead-letter queue."""

from collections.abc import Mapping

from aws_cdk import (
    Duration,
    Size,
    aws_lambda_event_sources,
    aws_sqs,
)
from constructs import Construct

from earshot.settings import TranscribeSettings, default_of, environment_of
from infra.bulk_queue import BulkQueue
from infra.function import SET_BY_IMAGE, model_function
from infra.queues import durable_queue
from infra.settings import Settings

MAX_RECEIVES: int = default_of(TranscribeSettings, "max_receives")


class Ingestion(Construct):
    """Every message of the queue reaches the function at least once, or becomes a dead letter.

    `store` are the settings that say where recordings are; `bulk` takes files that are too long.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        store: Mapping[str, str],
        bulk: BulkQueue | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        timeout = Duration.seconds(settings.transcribe_timeout_s)
        self.dead_letters = durable_queue(self, "DeadLetters")
        self.queue = durable_queue(
            self,
            "Queue",
            # Six times the function's timeout, as Lambda's guide for SQS recommends, so that a
            # throttled batch doesn't become visible again while it waits.
            visibility_timeout=Duration.seconds(6 * settings.transcribe_timeout_s),
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
        )
        self.function = model_function(
            self,
            "Transcribe",
            handler="transcribe",
            environment=environment_of(
                TranscribeSettings,
                **store,
                model=settings.function_model,
                writer=settings.function_writer,
                max_audio_bytes=settings.max_audio_bytes,
                unconfined_decoder=None if settings.confined_functions else "allow",
                max_audio_seconds=settings.max_audio_seconds,
                timeout_s=settings.transcribe_timeout_s,
                max_receives=MAX_RECEIVES,
                queue_url=self.queue.queue_url,
                bulk_queue_url=bulk.queue.queue_url if bulk else None,
                set_elsewhere=SET_BY_IMAGE,
            ),
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
