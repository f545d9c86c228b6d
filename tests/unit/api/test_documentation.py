"""What the API says of itself is true and complete."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from api.limits import MAX_FIELD_BYTES, MAX_FORM_FIELDS, MAX_PLAIN_BODY_BYTES
from api.settings import MAX_BODY_BYTES, ApiSettings
from earshot.search.request import MAX_QUERY_CHARS
from scripts import openapi
from scripts.__main__ import app as commands

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "api.md").read_text()


def operations(app: FastAPI) -> list[tuple[str, str, Any]]:
    return [
        (method.upper(), path, operation)
        for path, item in app.openapi()["paths"].items()
        for method, operation in item.items()
    ]


def test_the_committed_description_is_that_of_the_code() -> None:
    written = json.loads(openapi.FILE.read_text())
    assert written == json.loads(openapi.document()), "run `python -m scripts openapi`"


def test_a_command_writes_the_description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi, "FILE", tmp_path / "openapi.json")
    result = CliRunner().invoke(commands, ["openapi"])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "openapi.json").read_text() == openapi.document()


def test_the_routes_that_are_explained_are_those_that_there_are(app: FastAPI) -> None:
    explained = set(re.findall(r"`(GET|HEAD|POST|PUT|PATCH|DELETE) (/[^`?\s]+)`", PAGE))
    assert explained == {(method, path) for method, path, _ in operations(app)}


def test_every_parameter_is_explained(app: FastAPI) -> None:
    described = app.openapi()
    names = {
        parameter["name"]
        for _, _, operation in operations(app)
        for parameter in operation.get("parameters", [])
    }
    for schema in described["components"]["schemas"].values():
        if schema["title"].startswith("Body_"):
            names |= set(schema["properties"])
    assert {
        name for name in names if f"`{name}`" not in PAGE and f"{{{name}}}" not in PAGE
    } == set()


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    fields = ApiSettings.model_fields
    for limit in (
        f"{MAX_BODY_BYTES:,} bytes",
        f"{fields['max_request_seconds'].default:g} seconds",
        f"{fields['max_audio_bytes'].default // 2**20} MiB",
        f"{MAX_PLAIN_BODY_BYTES // 1024} KiB",
        f"{MAX_FORM_FIELDS} fields of {MAX_FIELD_BYTES // 1024} KiB",
        f"`q` {MAX_QUERY_CHARS} characters",
    ):
        assert limit in PAGE


def test_the_description_tells_which_routes_need_the_key(app: FastAPI) -> None:
    locked = {
        (method, path) for method, path, operation in operations(app) if "security" in operation
    }
    assert locked == {
        ("POST", "/asr"),
        ("POST", "/detect-language"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/audio/translations"),
        ("POST", "/uploads"),
        ("DELETE", "/recordings/{recording_id}"),
        ("PATCH", "/recordings/{recording_id}"),
        ("POST", "/jobs"),
        ("POST", "/hooks"),
        ("GET", "/hooks"),
        ("DELETE", "/hooks/{hook_id}"),
        ("POST", "/recordings/{recording_id}/retranscribe"),
    }


def test_programs_get_the_description(client: TestClient) -> None:
    answer = client.get("/openapi.json")
    assert answer.json()["info"]["title"] == "Earshot"
    assert answer.headers["access-control-allow-origin"] == "*"


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_for_people_shows_every_route(client: TestClient, app: FastAPI) -> None:
    page = client.get("/docs").text
    for method, path, _ in operations(app):
        assert f"<code>{method} {path}</code>" in page


def test_the_page_for_people_loads_nothing_from_elsewhere_and_runs_nothing(
    client: TestClient,
) -> None:
    answer = client.get("/docs")
    elements = Elements()
    elements.feed(answer.text)
    tags = {tag for tag, _ in elements.found}
    assert not tags & {"script", "style", "iframe", "img", "object", "form", "base"}
    attributes = [
        (name, value or "") for _, found in elements.found for name, value in found.items()
    ]
    assert not [name for name, _ in attributes if name.startswith("on") or name == "style"]
    links = {value for name, value in attributes if name in ("href", "src")}
    assert links == {"docs.css", "openapi.json"}, "relative, so that they work below /api too"
    assert "style-src 'self'" in answer.headers["content-security-policy"]
    assert client.get("/docs.css").headers["content-type"].startswith("text/css")


def test_the_page_for_people_is_escaped(app: FastAPI) -> None:
    other = create_app()
    other.description = "<script>alert(1)</script>"
    other.dependency_overrides = app.dependency_overrides
    assert "<script" not in TestClient(other).get("/docs").text


def test_the_description_tells_the_truth_about_answers_below_v1(app: FastAPI) -> None:
    description = app.openapi()
    for method, path, operation in operations(app):
        shape = operation["responses"]["4XX"]["content"]["application/json"]["schema"]["$ref"]
        wanted = "OpenAIErrorBody" if path.startswith("/v1/") else "ErrorBody"
        assert shape.endswith(f"/{wanted}"), f"{method} {path}"
        assert "Retry-After" in operation["responses"]["429"]["headers"]
    forms = description["paths"]["/v1/audio/transcriptions"]["post"]["responses"]["200"]["content"]
    assert "text/vtt" in forms


def test_no_list_is_said_to_hold_what_was_deleted(app: FastAPI) -> None:
    description = app.openapi()
    states = ["queued", "transcribing", "done", "failed"]
    summary = description["components"]["schemas"]["RecordingSummary"]
    assert summary["properties"]["status"]["enum"] == states
    (asked,) = (
        one
        for one in description["paths"]["/recordings"]["get"]["parameters"]
        if one["name"] == "status"
    )
    assert asked["schema"]["anyOf"][0]["enum"] == states
