"""What all queues have in common, and those that a function works off."""

from typing import NamedTuple

from aws_cdk import Duration, aws_lambda, aws_lambda_event_sources, aws_sqs
from constructs import Construct


class WorkQueue(NamedTuple):
    """What waits for a function, and what it gave up."""

    queue: aws_sqs.Queue
    dead_letters: aws_sqs.Queue


def durable_queue(scope: Construct, name: str, **options: object) -> aws_sqs.Queue:
    """Encrypted, TLS only, with SQS's longest retention. `options` are more of Queue's."""
    return aws_sqs.Queue(
        scope,
        name,
        enforce_ssl=True,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
        retention_period=Duration.days(14),
        **options,
    )


def work_queue(scope: Construct, timeout: Duration, max_receives: int) -> WorkQueue:
    """Messages for a function with this `timeout`; dead letters after so many receives.

    A message stays hidden for six times the timeout, as Lambda's guide for SQS recommends, so that
    a throttled batch doesn't become visible again while it waits.
    """
    dead_letters = durable_queue(scope, "DeadLetters")
    queue = durable_queue(
        scope,
        "Queue",
        visibility_timeout=Duration.seconds(6 * timeout.to_seconds()),
        dead_letter_queue=aws_sqs.DeadLetterQueue(
            queue=dead_letters, max_receive_count=max_receives
        ),
    )
    return WorkQueue(queue, dead_letters)


def work_off(
    function: aws_lambda.Function, queue: aws_sqs.Queue, concurrency: int, batch: int = 1
) -> None:
    """Have `function` take `batch` messages a run, in so many runs at once; what fails comes again,
    message by message."""
    function.add_event_source(
        aws_lambda_event_sources.SqsEventSource(
            queue,
            batch_size=batch,
            max_concurrency=concurrency,
            report_batch_item_failures=True,
        )
    )
