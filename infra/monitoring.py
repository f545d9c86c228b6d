"""Alarms for an operator, and one dashboard."""

from aws_cdk import (
    Aws,
    CfnCondition,
    Duration,
    Fn,
    Stack,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_iam,
    aws_opensearchservice,
    aws_sns,
    aws_sns_subscriptions,
)
from constructs import Construct

from infra import metrics
from infra.api import Api
from infra.bulk_queue import BulkQueue
from infra.dashboard import dashboard
from infra.fetching import Fetching
from infra.ingestion import Ingestion
from infra.projection import Projection
from infra.settings import Settings
from infra.sign_in import SignIn
from infra.site import Site
from infra.webhooks import Webhooks

MAX_WAIT = Duration.hours(1)  # of a recording in the live queue
MAX_BULK_WAIT = Duration.hours(6)  # the bulk queue is meant to hold a backlog
MAX_INDEX_LAG = Duration.minutes(10)  # of the search index behind the table

MAX_API_MS = 5_000  # of one request in a hundred, in the function that reads
MAX_CDN_ERROR_PERCENT = 5


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
        webhooks: Webhooks,
        fetching: Fetching,
        api: Api,
        site: Site,
        sign_in: SignIn | None,
        domain: aws_opensearchservice.Domain | None,
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        self.topic = self._topic(settings.alarm_email)
        functions = {
            "Transcribe": ingestion.function,
            "Index": projection.function,
            "Api": api.function,
            "Keyed": api.keyed_function,
            "Speech": api.speech_function,
            "Webhooks": webhooks.function,
            "Fetch": fetching.function,
            **({"SignIn": sign_in.function} if sign_in else {}),
        }
        self._alarm("DeadLetters", metrics.waiting(ingestion.dead_letters), above=0)
        self._alarm("IndexFailures", metrics.waiting(projection.failures), above=0)
        self._alarm("WebhookDeadLetters", metrics.waiting(webhooks.dead_letters), above=0)
        self._alarm("FetchDeadLetters", metrics.waiting(fetching.dead_letters), above=0)
        self._alarm("Backlog", metrics.oldest(ingestion.queue), above=MAX_WAIT.to_seconds())
        if bulk:
            self._alarm("BulkDeadLetters", metrics.waiting(bulk.dead_letters), above=0)
            self._alarm("BulkBacklog", metrics.oldest(bulk.queue), above=MAX_BULK_WAIT.to_seconds())
        self._alarm(
            "IndexLag", metrics.lag(projection.function), above=MAX_INDEX_LAG.to_milliseconds()
        )
        for each, function in functions.items():
            self._alarm(f"{each}Errors", metrics.errors(function), above=0)
        self._alarm("Throttles", metrics.throttles(functions), above=0)
        self._alarm("ApiSlow", metrics.slowest(api.function), above=MAX_API_MS, periods=3)
        # The API answers 5xx for faults that it catches; Lambda counts no error for those.
        self._alarm("ServerErrors", metrics.server_errors(api), above=5)
        cdn = self._alarm(
            "CdnErrors", metrics.cdn_errors(site), above=MAX_CDN_ERROR_PERCENT, periods=3
        )
        resource = cdn.node.default_child
        resource.cfn_options.condition = CfnCondition(
            # CloudFront reports there alone, and an alarm reads the metrics of its own region.
            self,
            "WhereCloudFrontReports",
            expression=Fn.condition_equals(Aws.REGION, "us-east-1"),
        )
        if domain:
            self._watch(domain, settings)
        self._dashboard = dashboard(self, ingestion, bulk, projection, api, domain, functions)

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

    def _watch(self, domain: aws_opensearchservice.Domain, settings: Settings) -> None:
        """What AWS recommends for a domain without dedicated masters:
        https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
        """
        minute, quarter = Duration.minutes(1), Duration.minutes(15)
        free = domain.metric_free_storage_space(period=metrics.PERIOD, statistic="Minimum")
        blocked = domain.metric_cluster_index_writes_blocked(
            period=metrics.PERIOD, statistic="Maximum"
        )
        memory = domain.metric_jvm_memory_pressure(period=minute)
        snapshots = domain.metric_automated_snapshot_failure(period=minute)
        self._alarm("SearchRed", domain.metric_cluster_status_red(period=minute), above=0)
        self._alarm(
            "SearchYellow", domain.metric_cluster_status_yellow(period=minute), above=0, periods=5
        )
        self._alarm("SearchDiskLow", free, below=settings.opensearch_gib * 1024 // 5)
        self._alarm("SearchWritesBlocked", blocked, above=0)
        self._alarm("SearchMemory", memory, above=94.9, periods=3)
        self._alarm(
            "SearchCpu", domain.metric_cpu_utilization(period=quarter), above=79.9, periods=3
        )
        self._alarm("SearchSnapshots", snapshots, above=0)

    def _alarm(
        self,
        name: str,
        metric: metrics.Metric,
        *,
        above: float | None = None,
        below: float | None = None,
        periods: int = 1,
    ) -> aws_cloudwatch.Alarm:
        """An alarm that notifies the topic, also when it is over. Missing data is fine: nothing
        ran, nothing waits."""
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
            evaluation_periods=periods,
            treat_missing_data=aws_cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=f"See docs/operations.md, {name}.",
        )
        alarm.add_alarm_action(aws_cloudwatch_actions.SnsAction(self.topic))
        alarm.add_ok_action(aws_cloudwatch_actions.SnsAction(self.topic))
        return alarm
