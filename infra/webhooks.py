"""The bus -> a rule -> a queue -> the webhooks function -> the addresses that want to be told."""

from aws_cdk import (
    Duration,
    aws_dynamodb,
    aws_events,
    aws_events_targets,
    aws_kms,
    aws_lambda_event_sources,
    aws_sqs,
)
from constructs import Construct

from earshot.recordings.event_bus import SOURCE
from earshot.settings import WebhookSettings, environment_of
from earshot.webhooks.sending import MAX_RECEIVES
from infra.function import allow, zip_function
from infra.keeping import kept
from infra.queues import durable_queue
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
        key: aws_kms.IKey | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        # Signing needs the secrets themselves, so no digests are kept here but what KMS encrypts.
        self.hooks = aws_dynamodb.Table(
            self,
            "Hooks",
            partition_key=aws_dynamodb.Attribute(
                name="hook_id", type=aws_dynamodb.AttributeType.STRING
            ),
            billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=(
                aws_dynamodb.TableEncryption.CUSTOMER_MANAGED
                if key
                else aws_dynamodb.TableEncryption.AWS_MANAGED
            ),
            encryption_key=key,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=kept(settings.retain),
        )
        self.dead_letters = durable_queue(self, "DeadLetters")
        self.queue = durable_queue(
            self,
            "Queue",
            visibility_timeout=Duration.seconds(6 * TIMEOUT.to_seconds()),
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
        )
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
        self.function.add_event_source(
            aws_lambda_event_sources.SqsEventSource(
                self.queue,
                batch_size=1,
                max_concurrency=CONCURRENCY,
                report_batch_item_failures=True,
            )
        )
