"""One line a request, and the headers that every answer has."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.request_log import logger
from tests.unit.api.stage import AUTHORIZED, KEY, ToldSearch


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the function prints."""
    printed = io.StringIO()
    assert isinstance(logger.registered_handler, logging.StreamHandler)
    before = logger.registered_handler.setStream(printed)
    yield printed
    logger.registered_handler.setStream(before)


def lines(log: io.StringIO) -> list[Any]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_every_request_is_one_line(client: TestClient, log: io.StringIO) -> None:
    answers = [
        client.get("/ping"),
        client.get("/nothing"),
        client.head("/ping"),
        client.post("/asr"),
        client.options("/ping", headers={"access-control-request-method": "GET"}),
    ]
    found = lines(log)
    assert [(line["method"], line["route"], line["status"]) for line in found] == [
        ("GET", "/ping", 200),
        ("GET", "-", 404),
        ("HEAD", "/ping", 200),
        ("POST", "/asr", 401),
        ("OPTIONS", "-", 204),
    ]
    for answer, line in zip(answers, found, strict=True):
        assert line["request_id"] == answer.headers["x-request-id"]
        assert line["milliseconds"] > 0
    assert found[1]["error_code"] == "not_found"


def test_the_log_keeps_neither_keys_nor_what_people_search_for(
    client: TestClient, log: io.StringIO
) -> None:
    client.get("/search?q=my-illness&accent=my-accent")
    client.get("/recordings?key=my-diary.mp3")
    client.post("/asr", headers=AUTHORIZED, files={"file": ("my-voice.mp3", b"mp3")})
    client.post("/asr", headers={"authorization": "Bearer my-guess"})
    printed = log.getvalue()
    assert printed.count("\n") == 4
    assert not any(text in printed for text in ("my-", KEY))


def test_an_unexpected_error_is_logged_with_its_cause_and_the_requests_id(
    client: TestClient, finds: ToldSearch, log: io.StringIO
) -> None:
    finds.says = RuntimeError("the disk is full")
    answer = client.get("/search?q=rain")
    error, request = lines(log)
    assert "the disk is full" in error["exception"]
    assert error["request_id"] == request["request_id"] == answer.headers["x-request-id"]
    assert (request["status"], request["error_code"]) == (500, "internal")


def test_a_client_cannot_choose_the_id_of_its_request(client: TestClient) -> None:
    answer = client.get("/ping", headers={"x-request-id": "chosen"})
    assert answer.headers["x-request-id"] != "chosen"


def test_any_page_may_read(client: TestClient) -> None:
    for answer in (client.get("/search?q=a"), client.get("/nothing"), client.head("/ping")):
        assert answer.headers["access-control-allow-origin"] == "*"
    preflight = client.options(
        "/search",
        headers={"origin": "https://other.example", "access-control-request-method": "GET"},
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET, HEAD"


def test_no_other_page_may_write(client: TestClient) -> None:
    headers = {"origin": "https://other.example"}
    answer = client.post("/asr", headers=AUTHORIZED | headers, files={"file": b"mp3"})
    assert "access-control-allow-origin" not in answer.headers


def test_answers_are_never_taken_for_pages(client: TestClient) -> None:
    for address in ("/ping", "/nothing", "/search?q=a", "/recordings"):
        headers = client.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("address", ["/ping", "/recordings", "/search?q=a", "/docs"])
def test_head_is_get_without_a_body(client: TestClient, address: str) -> None:
    head, get = client.head(address), client.get(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
