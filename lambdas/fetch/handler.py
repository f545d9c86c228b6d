"""The fetch function: addresses of sound in, objects of the bucket out."""

import logging
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities import batch
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot import compose
from earshot.ingest import redelivery
from earshot.ingest.fetching import MAX_RECEIVES, Fetcher, NotNow
from earshot.settings import FetchSettings

logger = Logger(service="fetch")
copy_config_to_registered_loggers(logger, include={logging.getLogger("earshot").name})
processor = batch.BatchProcessor(batch.EventType.SQS, raise_on_entire_batch_failure=False)


@cache
def settings() -> FetchSettings:
    return FetchSettings()


@cache
def fetcher() -> Fetcher:
    bucket = boto3.resource("s3").Bucket(settings().audio_bucket)
    store = compose.recordings(settings())
    return Fetcher(store, bucket, settings().max_audio_bytes, settings().local_addresses)


def handle_record(record: SQSRecord) -> None:
    receives = int(record.attributes.approximate_receive_count)
    try:
        done = fetcher().handle(record.body, receives >= MAX_RECEIVES)
    except NotNow as error:
        logger.warning("could not fetch a file; it will be retried", exc_info=error)
        url, seconds = settings().fetch_queue_url, redelivery.pause(receives)
        redelivery.hand_back(boto3.client("sqs"), url, record.receipt_handle, seconds)
        raise
    logger.info("dealt with an address", extra={"fetched": done})


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return batch.process_partial_response(
        event=event, record_handler=handle_record, processor=processor, context=context
    )
