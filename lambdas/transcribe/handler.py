"""The transcribe function: S3 events inside SQS messages in, records out."""

import logging
from contextvars import ContextVar
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities import batch
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot import compose
from earshot.audio import sandbox
from earshot.ingest.ingest import Ingest
from earshot.ingest.messages import Message, Queue, handle_message
from earshot.settings import TranscribeSettings
from earshot.speech.deadline import Deadline

sandbox.start()  # forked while this process is small

logger = Logger(service="transcribe")
copy_config_to_registered_loggers(logger, include={logging.getLogger("earshot").name})
run_ends: ContextVar[Deadline | None] = ContextVar("run_ends", default=None)
processor = batch.BatchProcessor(batch.EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def settings() -> TranscribeSettings:
    return TranscribeSettings()


@cache
def sqs() -> Any:
    return boto3.client("sqs")


@cache
def ingest() -> Ingest:
    """Loaded once, for every event. The bulk lane takes files that are too long here."""
    bulk = settings().bulk_queue_url
    hand_on = Queue(sqs, bulk, settings().max_receives).send if bulk else None
    return compose.ingest(settings(), hand_on=hand_on, deadline=run_ends.get)


def handle_record(record: SQSRecord) -> None:
    times = int(record.attributes.approximate_receive_count)
    message = Message(record.body, record.receipt_handle, receives=times)
    queue = Queue(lambda: sqs(), settings().queue_url, settings().max_receives)
    handle_message(message, ingest().handle, queue)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    run_ends.set(Deadline.of_run(context.get_remaining_time_in_millis(), settings().timeout_s))
    return batch.process_partial_response(
        event=event, record_handler=handle_record, processor=processor, context=context
    )
