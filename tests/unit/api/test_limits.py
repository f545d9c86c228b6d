"""What a request may bring, whatever it says about itself."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.limits import MAX_FIELD_BYTES, MAX_FORM_FIELDS, MAX_PLAIN_BODY_BYTES
from api.settings import MAX_BODY_BYTES
from tests.unit.api.raw import call
from tests.unit.api.stage import AUTHORIZED, ToldRecogniser

FORM = {"content-type": "multipart/form-data; boundary=edge"}
JSON = {"content-type": "application/json"}
HEAD = (
    b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n'
    b"Content-Type: audio/mpeg\r\n\r\n"
)


def endless() -> Iterator[bytes]:
    """An upload that names no length and does not end; asking for too much of it fails."""
    yield HEAD
    for _ in range(2 * MAX_BODY_BYTES // 65_536):
        yield b"\x00" * 65_536
    raise AssertionError("read on after the limit")


@pytest.mark.parametrize("address", ["/asr", "/v1/audio/transcriptions"])
def test_too_large_a_file_is_a_413_by_its_declared_length(
    client: TestClient, hears: ToldRecogniser, address: str
) -> None:
    sound = b"\x00" * (MAX_BODY_BYTES + 1)
    answer = client.post(address, headers=AUTHORIZED, files={"file": sound})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert "/uploads" in answer.json()["error"]["message"]
    assert hears.heard == []


@pytest.mark.parametrize("declared", [{}, {"content-length": "10"}])
def test_too_large_a_file_is_a_413_whatever_it_declares(
    app: FastAPI, hears: ToldRecogniser, declared: dict[str, str]
) -> None:
    headers = [
        (name.encode(), value.encode()) for name, value in (AUTHORIZED | FORM | declared).items()
    ]
    answer = call(app, "POST", "/asr", headers=headers, body=endless())
    assert answer.status == 413
    assert answer.json()["error"]["code"] == "too_large"
    assert hears.heard == []


def test_only_forms_may_be_large(client: TestClient) -> None:
    body = b" " * (MAX_PLAIN_BODY_BYTES + 1)
    for content in (body, iter([body])):
        answer = client.post("/uploads", headers=AUTHORIZED | JSON, content=content)
        assert answer.status_code == 413
        assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize("length", ["", "-1", "1e3", "0x10", "ten", "٣", "1, 2"])
def test_a_length_that_is_no_number_is_a_400(client: TestClient, length: str) -> None:
    headers = [(b"content-length", length.encode())]
    answer = client.request("GET", "/ping", headers=headers)
    assert answer.status_code == 400


def test_a_length_beyond_all_measure_is_a_413(client: TestClient) -> None:
    headers = AUTHORIZED | FORM | {"content-length": "9" * 5000}
    assert client.post("/asr", headers=headers, content=b"").status_code == 413


def test_forms_have_few_and_short_fields(client: TestClient, hears: ToldRecogniser) -> None:
    file = {"file": b"mp3"}
    many = {f"field-{n}": "x" for n in range(MAX_FORM_FIELDS + 1)}
    long = {"prompt": "x" * (MAX_FIELD_BYTES + 1)}
    for data in (many, long):
        answer = client.post("/v1/audio/transcriptions", headers=AUTHORIZED, files=file, data=data)
        assert answer.status_code == 400
    assert hears.heard == []


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=" + "x" * 5000,
        "multipart/form-data; boundary=other",
        "application/x-www-form-urlencoded",
        "text/plain",
        "",
        "multipart/mixed; boundary=edge",
    ],
)
def test_a_body_in_another_form_is_refused_in_shape(
    client: TestClient, hears: ToldRecogniser, content_type: str
) -> None:
    headers = AUTHORIZED | {"content-type": content_type}
    answer = client.post("/asr", headers=headers, content=HEAD + b"mp3\r\n--edge--\r\n")
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["code"] == "invalid_request"
    assert hears.heard == []
