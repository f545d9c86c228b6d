"""The metrics that alarms watch and that the dashboard draws."""

from collections.abc import Mapping
from typing import TypeAlias

from aws_cdk import Duration, aws_cloudwatch, aws_lambda, aws_sqs

from infra.api import Api
from infra.site import Site

PERIOD = Duration.minutes(5)  # of every metric, if nothing else is said

Metric: TypeAlias = aws_cloudwatch.IMetric


def waiting(queue: aws_sqs.Queue) -> Metric:
    return queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")


def oldest(queue: aws_sqs.Queue) -> Metric:
    return queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")


def worker(name: str) -> Metric:
    """A metric that the bulk workers log (earshot/bulk/meter.py), averaged over them."""
    return aws_cloudwatch.Metric(
        namespace="Earshot", metric_name=name, dimensions_map={"service": "bulk"}, period=PERIOD
    )


def errors(function: aws_lambda.Function) -> Metric:
    return function.metric_errors(period=PERIOD)


def lag(function: aws_lambda.Function) -> Metric:
    return function.metric("IteratorAge", period=PERIOD, statistic="Maximum")


def server_errors(api: Api) -> Metric:
    return api.http_api.metric_server_error(period=PERIOD)


def throttles(functions: Mapping[str, aws_lambda.Function]) -> Metric:
    """Runs that Lambda refused because the account's concurrency was used up."""
    each = {
        name.lower(): one.metric_throttles(period=PERIOD, statistic="Sum")
        for name, one in functions.items()
    }
    return aws_cloudwatch.MathExpression(
        # A function that did not run has no data, and a sum with none is none.
        expression=" + ".join(f"FILL({name}, 0)" for name in each),
        using_metrics=each,
        period=PERIOD,
        label="throttles",
    )


def slowest(function: aws_lambda.Function) -> Metric:
    """How long the slowest request in a hundred takes, in milliseconds."""
    return function.metric_duration(period=PERIOD, statistic="p99")


def cdn_errors(site: Site) -> Metric:
    """Answers of the CDN with a status of 5xx, in percent."""
    return site.distribution.metric5xx_error_rate(period=PERIOD, statistic="Average")
