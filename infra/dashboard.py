"""The operator's dashboard."""

from aws_cdk import aws_cloudwatch, aws_lambda, aws_opensearchservice
from constructs import Construct

from infra import metrics
from infra.api import Api
from infra.bulk_queue import BulkQueue
from infra.ingestion import Ingestion
from infra.projection import Projection


def dashboard(
    scope: Construct,
    ingestion: Ingestion,
    bulk: BulkQueue | None,
    projection: Projection,
    api: Api,
    domain: aws_opensearchservice.Domain | None,
    functions: dict[str, aws_lambda.Function],
) -> aws_cloudwatch.Dashboard:
    """One page of graphs: what waits, what runs, what the API answers, how the search does."""
    runs = [
        one.metric_invocations(period=metrics.PERIOD, label=name) for name, one in functions.items()
    ]
    times = [
        one.metric_duration(period=metrics.PERIOD, statistic="p95", label=name)
        for name, one in functions.items()
    ]
    responses = [
        api.http_api.metric_count(period=metrics.PERIOD, label="all"),
        api.http_api.metric_client_error(period=metrics.PERIOD, label="4xx"),
        api.http_api.metric_server_error(period=metrics.PERIOD, label="5xx"),
    ]
    rows = [
        [
            graph("Waiting", [metrics.waiting(ingestion.queue)], [metrics.oldest(ingestion.queue)]),
            graph(
                "Failed every attempt",
                [metrics.waiting(ingestion.dead_letters), metrics.waiting(projection.failures)],
            ),
            graph("Index behind the table, ms", [metrics.lag(projection.function)]),
        ],
        [
            graph("Functions: runs", runs),
            graph("Functions: p95, ms", times),
            graph("Functions: errors", [metrics.errors(one) for one in functions.values()]),
        ],
        [
            graph("API: responses", responses),
            graph(
                "API: p95, ms",
                [api.http_api.metric_latency(period=metrics.PERIOD, statistic="p95")],
            ),
        ],
    ]
    if domain:
        rows[-1].append(
            graph(
                "Search node: CPU and memory, %",
                [
                    domain.metric_cpu_utilization(period=metrics.PERIOD),
                    domain.metric_jvm_memory_pressure(period=metrics.PERIOD),
                ],
                [domain.metric_free_storage_space(period=metrics.PERIOD)],
            )
        )
    if bulk:
        rows.append(
            [
                graph("Bulk: waiting", [metrics.waiting(bulk.queue)], [metrics.oldest(bulk.queue)]),
                graph(
                    "Bulk: seconds of audio per second", [metrics.worker("AudioSecondsPerSecond")]
                ),
                graph(
                    "Bulk: device busy, batch filled, %",
                    [metrics.worker("DeviceBusy"), metrics.worker("BatchFill")],
                ),
            ]
        )
    return aws_cloudwatch.Dashboard(scope, "Dashboard", widgets=rows)


def graph(
    title: str, left: list[metrics.Metric], right: list[metrics.Metric] | None = None
) -> aws_cloudwatch.GraphWidget:
    return aws_cloudwatch.GraphWidget(title=title, left=left, right=right or [], width=8)
