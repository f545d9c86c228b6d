"""What all queues have in common: encryption, and the longest retention."""

from aws_cdk import Duration, aws_sqs
from constructs import Construct


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
