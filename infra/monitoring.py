"""Alarms for an operator, and one dashboard."""

from typing import TypeAlias

from aws_cdk import (
    Aws,
    Duration,
    Stack,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_iam,
    aws_lambda,
    aws_opensearchservice,
    aws_sns,
    aws_sns_subscriptions,
    aws_sqs,
)
from constructs import Construct

from infra.api import Api
from infra.bulk_queue import BulkQueue
from infra.ingestion import Ingestion
from infra.projection import Projection
from infra.settings import Settings

PERIOD = Duration.minutes(5)  # of every metric
MAX_WAIT = Duration.hours(1)  # of a recording in the live queue
MAX_BULK_WAIT = Duration.hours(6)  # the bulk queue is meant to hold a backlog
MAX_INDEX_LAG = Duration.minutes(10)  # of the search index behind the table

Metric: TypeAlias = aws_cloudwatch.IMetric


class Monitoring(Construct):
    """docs/operations.md says for each alarm what to do."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        ingestion: Ingestion,
        bulk: BulkQueue | None,
        projection: Projection,
        api: Api,
        domain: aws_opensearchservice.Domain | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        self.topic = self._topic(settings.alarm_email)
        functions = {
            "Transcribe": ingestion.function,
            "Index": projection.function,
            "Api": api.function,
            "Speech": api.speech_function,
        }
        self._alarm("DeadLetters", _waiting(ingestion.dead_letters), above=0)
        self._alarm("IndexFailures", _waiting(projection.failures), above=0)
        self._alarm("Backlog", _oldest(ingestion.queue), above=MAX_WAIT.to_seconds())
        if bulk:
            self._alarm("BulkDeadLetters", _waiting(bulk.dead_letters), above=0)
            self._alarm("BulkBacklog", _oldest(bulk.queue), above=MAX_BULK_WAIT.to_seconds())
        self._alarm("IndexLag", _lag(projection.function), above=MAX_INDEX_LAG.to_milliseconds())
        for each, function in functions.items():
            self._alarm(f"{each}Errors", _errors(function), above=0)
        # The API answers 5xx for faults that it catches; Lambda counts no error for those.
        self._alarm("ServerErrors", _server_errors(api), above=5)
        if domain:
            one_minute = Duration.minutes(1)
            free = domain.metric_free_storage_space(period=PERIOD, statistic="Minimum")
            self._alarm("SearchRed", domain.metric_cluster_status_red(period=one_minute), above=0)
            self._alarm("SearchDiskLow", free, below=settings.opensearch_gib * 1024 // 5)
        self._dashboard = self._graphs(ingestion, bulk, projection, api, domain, functions)

    @property
    def dashboard_url(self) -> str:
        stack = Stack.of(self)
        return (
            f"https://{stack.region}.console.aws.amazon.com/cloudwatch/home"
            f"?region={stack.region}#dashboards/dashboard/{self._dashboard.dashboard_name}"
        )

    def _topic(self, email: str | None) -> aws_sns.Topic:
        topic = aws_sns.Topic(self, "Alarms", enforce_ssl=True)
        # A topic with a policy of its own admits only those whom the policy names.
        topic.add_to_resource_policy(
            aws_iam.PolicyStatement(
                principals=[aws_iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
            )
        )
        if email:
            topic.add_subscription(aws_sns_subscriptions.EmailSubscription(email))
        return topic

    def _alarm(
        self, name: str, metric: Metric, *, above: float | None = None, below: float | None = None
    ) -> None:
        """An alarm that notifies the topic. Missing data is fine: nothing ran, nothing waits."""
        is_upper = above is not None
        operator = aws_cloudwatch.ComparisonOperator
        alarm = aws_cloudwatch.Alarm(
            self,
            name,
            metric=metric,
            threshold=above if is_upper else below,
            comparison_operator=(
                operator.GREATER_THAN_THRESHOLD if is_upper else operator.LESS_THAN_THRESHOLD
            ),
            evaluation_periods=1,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"See docs/operations.md, {name}.",
        )
        alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(self.topic))

    def _graphs(
        self,
        ingestion: Ingestion,
        bulk: BulkQueue | None,
        projection: Projection,
        api: Api,
        domain: aws_opensearchservice.Domain | None,
        functions: dict[str, aws_lambda.Function],
    ) -> aws_cloudwatch.Dashboard:
        runs = [
            one.metric_invocations(period=PERIOD, label=name) for name, one in functions.items()
        ]
        times = [
            one.metric_duration(period=PERIOD, statistic="p95", label=name)
            for name, one in functions.items()
        ]
        responses = [
            api.http_api.metric_count(period=PERIOD, label="all"),
            api.http_api.metric_client_error(period=PERIOD, label="4xx"),
            api.http_api.metric_server_error(period=PERIOD, label="5xx"),
        ]
        rows = [
            [
                _graph("Waiting", [_waiting(ingestion.queue)], [_oldest(ingestion.queue)]),
                _graph(
                    "Failed every attempt",
                    [_waiting(ingestion.dead_letters), _waiting(projection.failures)],
                ),
                _graph("Index behind the table, ms", [_lag(projection.function)]),
            ],
            [
                _graph("Functions: runs", runs),
                _graph("Functions: p95, ms", times),
                _graph("Functions: errors", [_errors(one) for one in functions.values()]),
            ],
            [
                _graph("API: responses", responses),
                _graph(
                    "API: p95, ms", [api.http_api.metric_latency(period=PERIOD, statistic="p95")]
                ),
            ],
        ]
        if domain:
            rows[-1].append(
                _graph(
                    "Search node: CPU and memory, %",
                    [
                        domain.metric_cpu_utilization(period=PERIOD),
                        domain.metric_jvm_memory_pressure(period=PERIOD),
                    ],
                    [domain.metric_free_storage_space(period=PERIOD)],
                )
            )
        if bulk:
            rows.append(
                [
                    _graph("Bulk: waiting", [_waiting(bulk.queue)], [_oldest(bulk.queue)]),
                    _graph("Bulk: seconds of audio per second", [_worker("AudioSecondsPerSecond")]),
                    _graph(
                        "Bulk: device busy, batch filled, %",
                        [_worker("DeviceBusy"), _worker("BatchFill")],
                    ),
                ]
            )
        return aws_cloudwatch.Dashboard(self, "Dashboard", widgets=rows)


def _waiting(queue: aws_sqs.Queue) -> Metric:
    return queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")


def _oldest(queue: aws_sqs.Queue) -> Metric:
    return queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")


def _worker(name: str) -> Metric:
    """A metric that the bulk workers log (earshot/bulk/meter.py), averaged over them."""
    return aws_cloudwatch.Metric(
        namespace="Earshot", metric_name=name, dimensions_map={"service": "bulk"}, period=PERIOD
    )


def _errors(function: aws_lambda.Function) -> Metric:
    return function.metric_errors(period=PERIOD)


def _lag(function: aws_lambda.Function) -> Metric:
    return function.metric("IteratorAge", period=PERIOD, statistic="Maximum")


def _server_errors(api: Api) -> Metric:
    return api.http_api.metric_server_error(period=PERIOD)


def _graph(
    title: str, left: list[Metric], right: list[Metric] | None = None
) -> aws_cloudwatch.GraphWidget:
    return aws_cloudwatch.GraphWidget(title=title, left=left, right=right or [], width=8)
