"""A function without a model checks the key, and hands what is to be transcribed on."""

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from fastapi import FastAPI

from api.speech_function import SpeechFunction, speech_function
from tests.unit.api.stage import ToldRecogniser, ready_app
from tests.unit.api.test_lambda import form, invoke


class ToldLambda:
    """A client of Lambda whose only function is an app, which it invokes as Lambda does."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.invoked: list[dict[str, Any]] = []
        self.fails: Exception | None = None
        self.crashes = False

    def invoke(self, **request: str) -> dict[str, Any]:
        event = json.loads(request["Payload"])
        self.invoked.append(event)
        assert request["FunctionName"] == "speech"
        if self.fails:
            raise self.fails
        if self.crashes:
            answer: Any = {"errorMessage": "Task timed out after 28.00 seconds"}
            return {
                "FunctionError": "Unhandled",
                "Payload": io.BytesIO(json.dumps(answer).encode()),
            }
        http = event["requestContext"]["http"]
        answer = invoke(
            self.app,
            http["method"],
            http["path"],
            headers=event["headers"],
            body=base64.b64decode(event["body"]),
        )
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def speech(app: FastAPI) -> ToldLambda:
    return ToldLambda(app)


@pytest.fixture
def front(app: FastAPI, speech: ToldLambda) -> Iterator[FastAPI]:
    front = ready_app(hands_on=True)
    client: Any = speech
    front.dependency_overrides = app.dependency_overrides | {
        speech_function: lambda: SpeechFunction(client, "speech")
    }
    yield front
    front.dependency_overrides = {}


ADDRESSES = ["/asr", "/v1/audio/transcriptions"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_the_key_the_model_is_not_woken(
    front: FastAPI, speech: ToldLambda, address: str
) -> None:
    headers, body = form(b"sound")
    for given in ({}, {"authorization": "Bearer wrong"}):
        headers = {**headers, "authorization": "", **given}
        assert invoke(front, "POST", address, headers=headers, body=body)["statusCode"] == 401
    assert speech.invoked == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_with_the_key_the_answer_is_the_one_of_the_function_with_the_model(
    app: FastAPI, front: FastAPI, hears: ToldRecogniser, speech: ToldLambda, address: str
) -> None:
    sound = bytes(range(256)) * 40
    headers, body = form(sound)
    handed_on = invoke(front, "POST", address, headers=headers, body=body)
    direct = invoke(app, "POST", address, headers=headers, body=body)
    assert handed_on["statusCode"] == direct["statusCode"] == 200
    assert json.loads(handed_on["body"]) == json.loads(direct["body"])
    assert handed_on["headers"]["content-type"] == direct["headers"]["content-type"]
    assert hears.heard == [sound, sound]
    assert len(speech.invoked) == 1


def test_a_refusal_of_the_function_with_the_model_arrives_as_it_is(
    front: FastAPI, speech: ToldLambda
) -> None:
    headers, _ = form(b"")
    answer = invoke(front, "POST", "/asr", headers=headers, body=b"--edge--\r\n")
    assert answer["statusCode"] == 422
    assert json.loads(answer["body"])["error"]["code"] == "invalid_request"


def test_a_model_that_takes_too_long_or_crashes_is_told_in_the_apis_own_shape(
    front: FastAPI, speech: ToldLambda
) -> None:
    headers, body = form(b"sound")
    speech.fails = ReadTimeoutError(endpoint_url="https://lambda")
    late = invoke(front, "POST", "/asr", headers=headers, body=body)
    speech.fails, speech.crashes = None, True
    crashed = invoke(front, "POST", "/asr", headers=headers, body=body)
    for answer in (late, crashed):
        assert answer["statusCode"] == 503
        assert json.loads(answer["body"])["error"]["code"] == "unavailable"
    assert "POST /uploads" in json.loads(late["body"])["error"]["message"]


def test_the_models_name_is_told_without_waking_it(front: FastAPI, speech: ToldLambda) -> None:
    answer = invoke(front, "GET", "/v1/models")
    assert json.loads(answer["body"])["data"][0]["id"] == "demo"
    assert speech.invoked == []


def test_what_is_nowhere_is_a_page_of_ours(front: FastAPI) -> None:
    answer = invoke(front, "GET", "/missing/interviews/a.mp3")
    assert answer["statusCode"] == 404
    assert "There is nothing at this address." in answer["body"]
    assert answer["headers"]["content-type"].startswith("text/html")
