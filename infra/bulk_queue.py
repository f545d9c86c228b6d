"""The bulk lane's queue, and one for what its workers could not deal with."""

from aws_cdk import Duration, aws_sqs
from constructs import Construct

from infra.queues import durable_queue

MAX_RECEIVES = 10  # an interrupted Spot instance costs every message it held one
VISIBILITY_S = 120  # workers extend it while they are at work


class BulkQueue(Construct):
    """Beside the live lane's: a backlog here delays nobody there."""

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
