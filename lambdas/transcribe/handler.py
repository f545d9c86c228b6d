"""The transcribe function: S3 events inside SQS messages in, records out."""

from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from earshot import compose
from earshot.audio import sandbox
from earshot.ingest import redelivery
from earshot.ingest.events import MalformedEvent, notification, object_events
from earshot.ingest.ingest import Ingest
from earshot.recordings.changes import ObjectEvent
from earshot.settings import TranscribeSettings

sandbox.hide()
sandbox.start()  # forked while this process is small

logger = Logger(service="transcribe")
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def settings() -> TranscribeSettings:
    return TranscribeSettings()


@cache
def ingest() -> Ingest:
    """Everything that is loaded once and serves every event."""
    return compose.ingest(settings(), hand_on=hand_on if settings().bulk_queue_url else None)


@cache
def sqs() -> Any:
    return boto3.client("sqs")


def hand_on(event: ObjectEvent) -> None:
    """To the bulk lane, which takes longer files."""
    sqs().send_message(QueueUrl=settings().bulk_queue_url, MessageBody=notification(event))


def handle_record(record: SQSRecord) -> None:
    receives = int(record.attributes.approximate_receive_count)
    last_attempt = receives >= settings().max_receives
    try:
        events = list(object_events(record.body))
    except MalformedEvent as error:
        logger.warning("dropped a message that is no S3 event", extra={"reason": str(error)})
        return
    faults: list[Exception] = []
    for event in events:
        about = {"recording_id": event.recording_id}
        try:
            outcome = ingest().handle(event, last_attempt)
        except Exception as fault:
            logger.exception("could not handle an object event; it will be retried", extra=about)
            faults.append(fault)
        else:
            logger.info("handled an object event", extra=about | {"outcome": outcome})
    if faults:
        hand_back(record.receipt_handle, 0 if last_attempt else redelivery.pause(receives))
        raise faults[0]


def hand_back(receipt_handle: str, seconds: int) -> None:
    """After the last attempt there is nothing to wait for: the next receive makes it dead."""
    url = settings().queue_url
    if url is None:
        return
    try:
        redelivery.hand_back(sqs(), url, receipt_handle, seconds)
    except (BotoCoreError, ClientError):
        logger.warning("could not set when the message is retried; its visibility timeout decides")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(
        event=event, record_handler=handle_record, processor=processor, context=context
    )
