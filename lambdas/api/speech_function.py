"""The function that holds the model, as the function that checks keys invokes it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

import boto3
from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from fastapi import Depends

from api.services import settings
from earshot.errors import Unavailable

if TYPE_CHECKING:
    from types_boto3_lambda.client import LambdaClient

logger = Logger(service="api")

# Less than this function's own 29 s, so that the caller is told; tried once, as work is not free.
ANSWER_S = 28
_CLIENT = Config(read_timeout=ANSWER_S, retries={"total_max_attempts": 1})


@dataclass(frozen=True, slots=True)
class SpeechFunction:
    """A function of this app, by name, behind a boto3 client of Lambda."""

    client: "LambdaClient"
    name: str

    def answer(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """What it answers to an HTTP API's event. Raises Unavailable if it can't."""
        try:
            done = self.client.invoke(FunctionName=self.name, Payload=json.dumps(event))
        except ReadTimeoutError as error:
            raise Unavailable(
                "Transcribing took too long for one request. Try again, or upload the recording:"
                " see POST /uploads."
            ) from error
        payload = done["Payload"].read()
        if done.get("FunctionError"):
            logger.error("the speech function failed", extra={"answer": payload[:2000].decode()})
            raise Unavailable("Earshot can't transcribe at the moment; try again soon.")
        answer: Mapping[str, Any] = json.loads(payload)
        return answer


@cache
def speech_function() -> SpeechFunction:
    """Raises Unavailable where none is set up."""
    name = settings().speech_function
    if not name:
        raise Unavailable("Nothing transcribes here: no function is set up for it.")
    return SpeechFunction(boto3.client("lambda", config=_CLIENT), name)


Speech = Annotated[SpeechFunction, Depends(speech_function)]
