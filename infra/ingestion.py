"""The live lane: its queue, the transcribe function, and its dead-letter queue."""

from collections.abc import Mapping

from aws_cdk import Duration, Size
from constructs import Construct

from earshot.settings import TranscribeSettings, default_of, environment_of
from infra.bulk_queue import BulkQueue
from infra.function import SET_BY_IMAGE, model_function
from infra.queues import work_off, work_queue
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
        self.queue, self.dead_letters = work_queue(self, timeout, MAX_RECEIVES)
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
        work_off(
            self.function, self.queue, settings.transcribe_concurrency, settings.transcribe_batch
        )
