"""The index function: the table's stream in, the search index kept equal to the table."""

import json
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from earshot import compose
from earshot.recordings.record import Recording
from earshot.recordings.store import Recordings
from earshot.recordings.stream import is_expiry, recording_from_record, recording_id_of
from earshot.search.index import SearchIndex
from earshot.settings import IndexSettings

logger = Logger(service="index")


@cache
def settings() -> IndexSettings:
    return IndexSettings()


@cache
def recordings() -> Recordings:
    return compose.recordings(settings())


@cache
def index() -> SearchIndex:
    return compose.search_index(settings())


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Project the changed recordings; what can't be written goes to the failure queue.

    One bad recording never holds up the others. Only when the engine can't be reached is an error
    raised, so that the stream waits and repeats: that is no recording's fault.
    """
    changed: dict[str, Recording] = {}
    failed: dict[str, str] = {}
    for record in event["Records"]:
        try:
            if is_expiry(record):
                continue
            recording = recording_from_record(record, recordings().read_body)
        except Exception as error:
            logger.exception("a stream record can't be read")
            failed[recording_id_of(record)] = f"unreadable: {error}"
        else:
            changed[recording.recording_id] = recording  # the last of several is the newest
    for recording, reason in index().project(list(changed.values())):
        failed[recording.recording_id] = reason
    for recording_id, reason in failed.items():
        give_up(recording_id, reason)
    logger.info("projected", extra={"recordings": len(changed), "failed": len(failed)})
    return {"batchItemFailures": []}


def give_up(recording_id: str, reason: str) -> None:
    """Leave word of a recording that the index lacks, for `redrive` to take up from the table."""
    logger.error("not in the index", extra={"recording_id": recording_id, "reason": reason})
    boto3.client("sqs").send_message(
        QueueUrl=settings().failure_queue_url,
        MessageBody=json.dumps({"recording_id": recording_id, "reason": reason}),
    )
