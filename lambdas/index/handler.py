"""The index function: the table's stream in, the search index equal to it, and programs told."""

import json
import logging
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot import compose
from earshot.recordings.event_bus import EventBus, tell
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex
from earshot.search.projection import project_changes
from earshot.settings import IndexSettings

logger = Logger(service="index")
copy_config_to_registered_loggers(logger, include={logging.getLogger("earshot").name})


@cache
def settings() -> IndexSettings:
    return IndexSettings()


@cache
def recordings() -> Recordings:
    return compose.recordings(settings())


@cache
def index() -> SearchIndex:
    return compose.search_index(settings())


@cache
def event_bus() -> EventBus | None:
    name = settings().event_bus
    return EventBus(boto3.client("events"), name) if name else None


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Project what changed and tell of it; what can't be written goes to the failure queue."""
    for recording_id, reason in project_changes(event["Records"], recordings(), index()).items():
        give_up(recording_id, reason)
    if bus := event_bus():  # after the index: who is told finds it there at its next refresh
        tell(event["Records"], bus)
    return {"batchItemFailures": []}


def give_up(recording_id: str, reason: str) -> None:
    """Queue a recording that the index lacks, for `redrive` to project from the table."""
    logger.error("not in the index", extra={"recording_id": recording_id, "reason": reason})
    boto3.client("sqs").send_message(
        QueueUrl=settings().failure_queue_url,
        MessageBody=json.dumps({"recording_id": recording_id, "reason": reason}),
    )
