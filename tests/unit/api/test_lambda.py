"""The app as Lambda runs it: API Gateway's events in, its answers out."""

import base64
import gzip
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from mangum import Mangum

from api.settings import MAX_BODY_BYTES
from tests.unit.api.stage import AUTHORIZED, ToldRecogniser, ToldSearch, hit, page

LAMBDAS = Path(__file__).resolve().parents[3] / "lambdas"
PAYLOAD_BYTES = 6 * 1024 * 1024  # Lambda's limit for a request, and for an answer


def event(
    method: str,
    path: str,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
) -> dict[str, Any]:
    """A request as an HTTP API hands it over (payload format 2.0)."""
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example", "x-forwarded-proto": "https"} | dict(headers or {}),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "test",
            },
            "requestId": "gateway-id",
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def invoke(app: FastAPI, *request: Any, **more: Any) -> Any:
    context = SimpleNamespace(aws_request_id="lambda-id")
    return Mangum(app, lifespan="off")(event(*request, **more), context)


def form(sound: bytes) -> tuple[dict[str, str], bytes]:
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n'
    body = head + sound + b"\r\n--edge--\r\n"
    headers = {
        "content-type": "multipart/form-data; boundary=edge",
        "content-length": str(len(body)),
    }
    return AUTHORIZED | headers, body


def test_a_request_is_answered_under_lambdas_own_id(app: FastAPI) -> None:
    answer = invoke(app, "GET", "/ping")
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"message": "pong"}
    assert answer["headers"]["x-request-id"] == "lambda-id"


def test_sound_arrives_byte_for_byte(app: FastAPI, hears: ToldRecogniser) -> None:
    sound = bytes(range(256)) * 40
    headers, body = form(sound)
    answer = invoke(app, "POST", "/asr", headers=headers, body=body)
    assert answer["statusCode"] == 200
    assert hears.heard == [sound]


def test_our_limit_refuses_before_lambdas_does(app: FastAPI, hears: ToldRecogniser) -> None:
    headers, body = form(b"\x00" * (MAX_BODY_BYTES - 200))
    assert len(body) <= MAX_BODY_BYTES
    request = event("POST", "/asr", headers=headers | {"x-filler": "x" * 10_000}, body=body)
    assert len(json.dumps(request)) < PAYLOAD_BYTES, "API Gateway can hand over what we take"
    assert invoke(app, "POST", "/asr", headers=headers, body=body)["statusCode"] == 200
    headers, body = form(b"\x00" * MAX_BODY_BYTES)
    answer = invoke(app, "POST", "/asr", headers=headers, body=body)
    assert (answer["statusCode"], len(hears.heard)) == (413, 1)


def test_long_answers_are_compressed_where_the_client_takes_it(
    app: FastAPI, finds: ToldSearch
) -> None:
    finds.says = page(hit("hello there " * 200))
    answer = invoke(app, "GET", "/search", "q=hello", headers={"accept-encoding": "gzip, br"})
    assert answer["headers"]["content-encoding"] == "gzip"
    assert answer["isBase64Encoded"]
    body = json.loads(gzip.decompress(base64.b64decode(answer["body"])))
    assert body["total"] == 1
    plain = invoke(app, "GET", "/search", "q=hello")
    assert json.loads(plain["body"]) == body


def test_a_query_keeps_repetitions_and_what_was_quoted(app: FastAPI, finds: ToldSearch) -> None:
    invoke(app, "GET", "/search", "q=a%2Bb%20%26%20c+d%C3%BC&accent=us&accent=england")
    (request,) = finds.asked
    assert request.q == "a+b & c dü"
    assert request.facets == {"accent": ("us", "england")}


def test_an_unexpected_error_is_an_answer_and_no_failed_invocation(
    app: FastAPI, finds: ToldSearch
) -> None:
    finds.says = RuntimeError("hidden-table")
    answer = invoke(app, "GET", "/search", "q=a")
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"])["error"]["request_id"] == "lambda-id"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(LAMBDAS),
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "EARSHOT_TABLE": "t",
        "EARSHOT_AUDIO_BUCKET": "a",
        "EARSHOT_TRANSCRIPTS_BUCKET": "b",
        "EARSHOT_OPENSEARCH_URL": "http://127.0.0.1:1",
        "EARSHOT_API_KEY": "the-key-that-opens-it",
    }


@pytest.mark.slow("a process that imports the app")
def test_the_light_function_starts_without_what_speech_needs(environment: dict[str, str]) -> None:
    program = """
import importlib.abc, json, sys
from types import SimpleNamespace

absent = ("onnxruntime", "numpy", "soundfile", "soxr", "av", "torch", "huggingface_hub")

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from api.handler import handler
answer = handler(json.load(sys.stdin), SimpleNamespace(aws_request_id="id"))
assert json.loads(answer["body"]) == {"message": "pong"}, answer
"""
    ran = subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(event("GET", "/ping")),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow("a process that imports the app")
def test_a_function_that_lacks_a_setting_says_which(environment: dict[str, str]) -> None:
    del environment["EARSHOT_TABLE"]
    ran = subprocess.run(
        [sys.executable, "-c", "import api.handler"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    assert "table" in ran.stderr
