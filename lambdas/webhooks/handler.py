"""The webhooks function: events of the bus and messages for hooks in, calls of addresses out."""

import logging
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities import batch
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot.ingest import redelivery
from earshot.settings import WebhookSettings
from earshot.webhooks.sending import Sending, Undelivered, pause
from earshot.webhooks.store import Hooks

logger = Logger(service="webhooks")
copy_config_to_registered_loggers(logger, include={logging.getLogger("earshot").name})
processor = batch.BatchProcessor(batch.EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def sqs() -> Any:
    return boto3.client("sqs")


@cache
def sending() -> Sending:
    settings = WebhookSettings()
    table = boto3.resource("dynamodb").Table(settings.hooks_table)
    return Sending(Hooks(table), sqs(), settings.webhook_queue_url, settings.local_addresses)


def handle_record(record: SQSRecord) -> None:
    receives = int(record.attributes.approximate_receive_count)
    try:
        sending().handle(record.body)
    except Undelivered as error:
        seconds = pause(receives, error.wait_s)
        logger.warning("could not call a hook", extra={"reason": error.message, "wait": seconds})
        redelivery.hand_back(sqs(), sending().queue_url, record.receipt_handle, seconds)
        raise


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return batch.process_partial_response(
        event=event, record_handler=handle_record, processor=processor, context=context
    )
