"""The bus -> a rule -> a queue -> the webhooks function -> the addresses that want to be told."""

from aws_cdk import (
    Duration,
    aws_events,
    aws_events_targets,
)
from constructs import Construct

from earshot.recordings.event_bus import SOURCE
from earshot.settings import WebhookSettings, environment_of
from earshot.webhooks.sending import MAX_RECEIVES
from infra.function import allow, zip_function
from infra.keeping import table
from infra.queues import work_off, work_queue
from infra.settings import Settings

TIMEOUT = Duration.seconds(30)  # twice as long as an address may take
CONCURRENCY = 5  # addresses that are called at once; slow ones hold up others no further


class Webhooks(Construct):
    """The queue takes events, and then a message for each hook that wants one."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        bus: aws_events.IEventBus,
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        # Signing needs the secrets themselves, so no digests are kept here but what KMS encrypts.
        self.hooks = table(self, "Hooks", "hook_id", settings)
        self.queue, self.dead_letters = work_queue(self, TIMEOUT, MAX_RECEIVES)
        aws_events.Rule(
            self,
            "Told",
            event_bus=bus,
            event_pattern=aws_events.EventPattern(source=[SOURCE]),
            targets=[aws_events_targets.SqsQueue(self.queue)],
        )
        self.function = zip_function(
            self,
            "Call",
            handler="webhooks",
            environment=environment_of(
                WebhookSettings,
                hooks_table=self.hooks.table_name,
                webhook_queue_url=self.queue.queue_url,
                local_addresses="true" if settings.local else None,
            ),
            memory_mib=256,
            timeout=TIMEOUT,
            settings=settings,
        )
        allow(self.function, self.queue.queue_arn, "sqs:SendMessage")
        allow(self.function, self.hooks.table_arn, "dynamodb:GetItem", "dynamodb:Scan")
        allow(self.function, self.hooks.table_arn, "dynamodb:UpdateItem")
        work_off(self.function, self.queue, CONCURRENCY)
