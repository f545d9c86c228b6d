"""The table's stream -> the index function -> OpenSearch and the event bus; failures to a queue."""

from collections.abc import Mapping

from aws_cdk import Duration, aws_dynamodb, aws_events, aws_lambda, aws_lambda_event_sources
from constructs import Construct

from earshot.settings import IndexSettings, environment_of
from infra.function import zip_function
from infra.queues import durable_queue
from infra.settings import Settings

MAX_RETRY_AGE = Duration.hours(6)  # while OpenSearch is down; the stream keeps records for 24

# The records that can change the index. A new recording that isn't done has no passages yet: that
# write, one of two per recording, invokes no function.
CHANGES = (
    {"eventName": ["MODIFY", "REMOVE"]},
    {"dynamodb": {"NewImage": {"status": {"S": ["done"]}}}},
)


class Projection(Construct):
    """Keeps the search index a projection of the table."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        table: aws_dynamodb.Table,
        store: Mapping[str, str],
        search: Mapping[str, str],
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        self.failures = durable_queue(self, "Failures")
        # An own one: several stacks may be in one account, and other accounts may be let read it.
        self.bus = aws_events.EventBus(self, "Events")
        self.function = zip_function(
            self,
            "Index",
            handler="index",
            environment=environment_of(
                IndexSettings,
                **store,
                **search,
                failure_queue_url=self.failures.queue_url,
                event_bus=self.bus.event_bus_name,
            ),
            memory_mib=1024,
            timeout=Duration.seconds(120),
            settings=settings,
        )
        self.failures.grant_send_messages(self.function)
        self.function.add_event_source(
            aws_lambda_event_sources.DynamoEventSource(
                table,
                starting_position=aws_lambda.StartingPosition.TRIM_HORIZON,
                batch_size=100,
                filters=[aws_lambda.FilterCriteria.filter(one) for one in CHANGES],
                **({} if settings.local else self._retries()),
            )
        )

    def _retries(self) -> dict[str, object]:
        """Options that the emulator lacks; there the handler's own error handling must suffice.

        The handler sends bad recordings to the failure queue itself, and raises only when
        OpenSearch is down. That passes, so a batch is retried for hours instead of a number of
        times.
        """
        return {
            "bisect_batch_on_error": True,
            "max_record_age": MAX_RETRY_AGE,
            "report_batch_item_failures": True,
            "parallelization_factor": 2,
            "on_failure": aws_lambda_event_sources.SqsDlq(self.failures),
        }
