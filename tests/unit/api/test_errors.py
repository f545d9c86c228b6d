"""Every error has one shape and tells nothing that is not the public's business."""

from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from fastapi import FastAPI
from fastapi.testclient import TestClient
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import NotFoundError, RequestError, TransportError

from api import services
from api.search_cluster import SearchCluster
from earshot.errors import CorruptAudio, ModelError, Unavailable
from tests.unit.api.stage import AUTHORIZED, SECRETS, ToldRecogniser, ToldSearch


def error(answer: Any) -> Any:
    """The error in an answer, whose shape is checked on the way."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "request_id"}
    assert all(isinstance(value, str) and value for value in body["error"].values())
    assert body["error"]["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    return body["error"]


@pytest.mark.parametrize(
    ("method", "address", "status", "code"),
    [
        ("GET", "/nothing-here", 404, "not_found"),
        ("GET", "/recordings/", 404, "not_found"),
        ("GET", "/recordings/aaaaaaaaaaaaaaaa", 404, "not_found"),
        ("GET", "/recordings/aaaaaaaaaaaaaaaa.txt", 404, "not_found"),
        ("GET", "/recordings/aaaaaaaaaaaaaaaa.exe", 404, "not_found"),
        ("GET", "/recordings/..%2F..%2Fetc%2Fpasswd", 404, "not_found"),
        ("PUT", "/search", 405, "method_not_allowed"),
        ("POST", "/recordings", 405, "method_not_allowed"),
        ("GET", "/recordings?size=0", 400, "invalid_request"),
        ("GET", "/recordings?status=lost", 400, "invalid_request"),
        ("GET", "/recordings?status=deleted", 400, "invalid_request"),
        ("GET", "/recordings?cursor=made-up", 400, "invalid_request"),
        ("POST", "/asr", 401, "unauthorized"),
    ],
)
def test_refusals_have_the_one_shape(
    client: TestClient, method: str, address: str, status: int, code: str
) -> None:
    answer = client.request(method, address)
    assert answer.status_code == status
    assert error(answer)["code"] == code


def test_a_method_that_is_not_taken_names_those_that_are(client: TestClient) -> None:
    assert client.put("/ping").headers["allow"] == "GET"
    one = "/recordings/v6jwmfu7t6vyfurh"
    assert client.put(one).headers["allow"] == "DELETE, GET, PATCH"


def test_what_is_missing_in_a_body_is_a_422_that_names_it(client: TestClient) -> None:
    answer = client.post("/asr", headers=AUTHORIZED)
    assert answer.status_code == 422
    assert error(answer)["message"] == "file: Field required"


def test_what_was_sent_is_not_sent_back(client: TestClient) -> None:
    evil = "<script>alert(1)</script>"
    answer = client.get("/recordings", params={"status": evil, "size": evil})
    assert "script" not in answer.text
    answer = client.post("/uploads", headers=AUTHORIZED, json={"key": evil + "\x00"})
    assert "script" not in answer.text


def test_a_request_wrong_in_a_thousand_places_gets_a_short_answer(client: TestClient) -> None:
    body = {f"field-{n}" * 100: n for n in range(60)}
    answer = client.post("/uploads", headers=AUTHORIZED, json=body)
    assert error(answer)["code"] == "invalid_request"
    assert len(answer.text) < 1500


def test_json_that_is_none_is_a_422(client: TestClient) -> None:
    headers = AUTHORIZED | {"content-type": "application/json"}
    for body in (b"{", b"[" * 30_000, b'{"key": "\\ud800", "content_type": "audio/mpeg"}'):
        answer = client.post("/uploads", headers=headers, content=body)
        assert answer.status_code in (400, 422)
        assert error(answer)["code"] == "invalid_request"


def test_the_code_of_a_bad_file_reaches_the_client(
    client: TestClient, hears: ToldRecogniser
) -> None:
    hears.says = CorruptAudio("The file ends in the middle of a frame.")
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"mp3"})
    assert answer.status_code == 422
    assert error(answer)["code"] == "corrupt"
    assert error(answer)["message"] == "The file ends in the middle of a frame."


def _client_error(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "GetItem")


@pytest.mark.parametrize(
    "fault",
    [
        EndpointConnectionError(endpoint_url="https://hidden-table.internal"),
        _client_error("ProvisionedThroughputExceededException", 400),
        _client_error("InternalServerError", 500),
        Unavailable("Keys can't be checked just now; try again soon."),
    ],
    ids=repr,
)
def test_a_part_that_is_away_is_a_503_to_try_again(
    client: TestClient, finds: ToldSearch, fault: Exception
) -> None:
    finds.says = fault
    answer = client.get("/search?q=rain")
    assert answer.status_code == 503
    assert error(answer)["code"] == "unavailable"
    assert not any(secret in answer.text for secret in (*SECRETS, "9200"))


@pytest.mark.parametrize(
    "fault",
    [
        RuntimeError("hidden-table has no attribute the-key-that-opens-it"),
        KeyError("hidden-audio-bucket"),
        ModelError("No model at hidden-audio-bucket."),
        _client_error("AccessDeniedException", 400),
        RecursionError(),
    ],
    ids=repr,
)
def test_what_nobody_expected_is_a_500_that_says_nothing_of_its_cause(
    client: TestClient, finds: ToldSearch, fault: Exception
) -> None:
    finds.says = fault
    answer = client.get("/search?q=rain")
    assert answer.status_code == 500
    assert error(answer)["code"] == "internal"
    assert not any(text in answer.text for text in (*SECRETS, "Traceback", "Error", ".py"))


@dataclass
class BrokenNode:
    """OpenSearch's client, where every request ends in `fault`."""

    fault: Exception

    def search(self, **request: Any) -> Any:
        raise self.fault

    msearch = search


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (NoConnection("N/A", "refused", Exception("127.0.0.1:9200 refused")), 503, "unavailable"),
        (NotFoundError(404, "shard_not_found_exception", {}), 503, "unavailable"),
        (TransportError(429, "circuit_breaking_exception", {}), 503, "unavailable"),
        (RequestError(400, "parsing_exception", {"error": "hidden-table"}), 500, "internal"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("address", ["/search?q=rain", "/suggest?q=rain", "/collection"])
def test_a_search_engine_that_is_away_is_a_503_and_one_that_refuses_a_query_a_500(
    app: FastAPI, client: TestClient, address: str, fault: Exception, status: int, code: str
) -> None:
    node: Any = BrokenNode(fault)
    app.dependency_overrides[services.index] = lambda: SearchCluster(node, "passages")
    answer = client.get(address)
    assert answer.status_code == status
    assert error(answer)["code"] == code
    assert not any(secret in answer.text for secret in (*SECRETS, "9200", "exception"))


def test_below_v1_errors_have_the_shape_that_openai_clients_read(
    client: TestClient, hears: ToldRecogniser
) -> None:
    unauthorized = client.post("/v1/audio/transcriptions")
    missing = client.post("/v1/audio/transcriptions", headers=AUTHORIZED)
    hears.says = RuntimeError("hidden-table")
    broken = client.post("/v1/audio/transcriptions", headers=AUTHORIZED, files={"file": b"mp3"})
    found = [
        (answer.status_code, answer.json()["error"]["type"], answer.json()["error"]["code"])
        for answer in (unauthorized, missing, broken, client.get("/v1/nothing"))
    ]
    assert found == [
        (401, "invalid_request_error", "invalid_api_key"),
        (400, "invalid_request_error", "invalid_request"),
        (500, "server_error", "internal"),
        (404, "invalid_request_error", "not_found"),
    ]
    assert missing.json()["error"]["param"] == "file"
    assert "hidden" not in broken.text


def test_a_part_that_cannot_even_be_made_is_a_500_in_shape(app: FastAPI) -> None:
    def broken() -> None:
        raise ValueError("hidden-table")

    app.dependency_overrides[services.recordings] = broken
    answer = TestClient(app).get("/recordings")
    assert answer.status_code == 500
    assert error(answer)["code"] == "internal"
