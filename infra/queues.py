"""What all queues here have in common: nothing in them is lost, or read on its way."""

from aws_cdk import Duration, aws_sqs
from constructs import Construct


def durable_queue(scope: Construct, name: str, **options: object) -> aws_sqs.Queue:
    """Encrypted, by TLS only, and remembering as long as SQS can. `options`: more of Queue's."""
    return aws_sqs.Queue(
        scope,
        name,
        enforce_ssl=True,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
        retention_period=Duration.days(14),
        **options,
    )
