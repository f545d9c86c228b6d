"""The bulk lane's queue and its dead-letter queue."""

from aws_cdk import Duration, aws_sqs
from constructs import Construct

from earshot.settings import BulkSettings, default_of
from infra.queues import durable_queue

MAX_RECEIVES: int = default_of(BulkSettings, "max_receives")
VISIBILITY_S: int = default_of(BulkSettings, "visibility_s")


class BulkQueue(Construct):
    """Apart from the live lane's, so that a backlog here delays nothing there."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(scope, name)
        self.dead_letters = durable_queue(self, "DeadLetters")
        self.queue = durable_queue(
            self,
            "Queue",
            visibility_timeout=Duration.seconds(VISIBILITY_S),
            receive_message_wait_time=Duration.seconds(20),
            dead_letter_queue=aws_sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=MAX_RECEIVES
            ),
        )
