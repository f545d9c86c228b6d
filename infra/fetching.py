"""Addresses of sound -> a queue -> the fetch function -> the bucket."""

from collections.abc import Mapping

from aws_cdk import Duration
from constructs import Construct

from earshot.ingest.fetching import MAX_RECEIVES
from earshot.settings import FetchSettings, environment_of
from infra.function import zip_function
from infra.queues import work_off, work_queue
from infra.settings import Settings

TIMEOUT = Duration.minutes(15)  # Lambda's longest
CONCURRENCY = 5  # files that are fetched at once


class Fetching(Construct):
    """What can't be fetched becomes a failed recording; dead letters are faults of ours."""

    def __init__(
        self, scope: Construct, name: str, *, store: Mapping[str, str], settings: Settings
    ) -> None:
        super().__init__(scope, name)
        self.queue, self.dead_letters = work_queue(self, TIMEOUT, MAX_RECEIVES)
        self.function = zip_function(
            self,
            "Fetch",
            handler="fetch",
            environment=environment_of(
                FetchSettings,
                **store,
                max_audio_bytes=settings.max_audio_bytes,
                fetch_queue_url=self.queue.queue_url,
                local_addresses="true" if settings.local else None,
            ),
            memory_mib=512,
            timeout=TIMEOUT,
            settings=settings,
        )
        work_off(self.function, self.queue, CONCURRENCY)
