"""POST /uploads: a form that S3 takes, for one key, one type and a bounded size."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from earshot.audio.formats import FORMATS
from earshot.ingest.ingest import facets_from
from earshot.recordings.ids import recording_id
from tests.unit.api.stage import AUDIO_BUCKET, AUTHORIZED

ASKED = {"key": "talks/a b+c 🎙.mp3", "content_type": "audio/mpeg", "accent": "us"}


def allow(client: TestClient, **asked: Any) -> Any:
    return client.post("/uploads", headers=AUTHORIZED, json=ASKED | asked)


def conditions(form: Any) -> Any:
    return json.loads(base64.b64decode(form["fields"]["policy"]))["conditions"]


def test_the_form_is_for_this_key_this_type_and_no_more_bytes(client: TestClient) -> None:
    form = allow(client).json()
    assert form["key"] == ASKED["key"]
    assert form["recording_id"] == recording_id(ASKED["key"])
    assert (form["max_bytes"], form["expires_in"]) == (1_000_000, 600)
    found = conditions(form)
    assert {"key": ASKED["key"]} in found
    assert {"Content-Type": "audio/mpeg"} in found
    assert {"x-amz-meta-accent": "us"} in found
    assert {"bucket": AUDIO_BUCKET} in found
    assert ["content-length-range", 1, 1_000_000] in found
    assert not any("starts-with" in condition for condition in found)


def test_the_form_stores_the_sound_and_who_speaks(client: TestClient, bucket: Any) -> None:
    import requests

    form = allow(client, key="talks/a.mp3", age="thirties").json()
    answer = requests.post(form["url"], data=form["fields"], files={"file": b"sound"}, timeout=5)
    assert answer.status_code == 204
    stored = bucket.Object("talks/a.mp3").get()
    assert stored["Body"].read() == b"sound"
    assert stored["Metadata"] == {"age": "thirties", "accent": "us"}
    assert stored["ContentType"] == "audio/mpeg"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a.mp3",
        "talks/",
        "talks//a.mp3",
        "../a.mp3",
        "talks/./a.mp3",
        "a\n.mp3",
        "a\x00.mp3",
        "${filename}",
        "x" * 1025,
        "ü" * 513,
        None,
        7,
    ],
)
def test_keys_that_would_make_trouble_are_refused(client: TestClient, key: Any) -> None:
    answer = allow(client, key=key)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("key: ")


def test_a_key_may_be_as_long_as_s3_takes(client: TestClient) -> None:
    assert allow(client, key="x" * 1024).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["text/html", "audio/", "audio/mpeg; x=y", "AUDIO/MPEG", "image/svg+xml", "", 1]
)
def test_only_sound_may_be_uploaded(client: TestClient, content_type: Any) -> None:
    assert allow(client, content_type=content_type).status_code == 422


@pytest.mark.parametrize(
    "content_type", [one.media_type for one in FORMATS] + ["audio/x-m4a", "audio/mp3"]
)
def test_every_kind_of_sound_may_be_uploaded(client: TestClient, content_type: str) -> None:
    assert allow(client, content_type=content_type).status_code == 200


def test_what_is_not_ascii_is_stored_as_it_was_meant(client: TestClient, bucket: Any) -> None:
    import requests

    form = allow(client, key="talks/a.mp3", accent="Québec French").json()
    assert all(value.isascii() for value in form["fields"].values())
    answer = requests.post(form["url"], data=form["fields"], files={"file": b"sound"}, timeout=5)
    assert answer.status_code == 204
    assert facets_from(bucket.Object("talks/a.mp3").metadata) == {"accent": "Québec French"}


@pytest.mark.parametrize("accent", ["", "x" * 65, "a\nb", ["us"]])
def test_facets_are_short_and_plain(client: TestClient, accent: Any) -> None:
    assert allow(client, accent=accent).status_code == 422


def test_a_misspelt_field_is_no_silent_loss(client: TestClient) -> None:
    answer = allow(client, acent="us")
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("acent: ")


def test_the_answer_is_kept_by_nobody(client: TestClient) -> None:
    answer = allow(client)
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


def test_an_upload_may_be_only_for_what_is_not_there_yet(
    client: TestClient, put: Callable[..., str]
) -> None:
    only_new = AUTHORIZED | {"if-none-match": "*"}
    asked = {"key": "talks/a.mp3", "content_type": "audio/mpeg"}
    new = client.post("/uploads", headers=only_new, json=asked)
    assert (new.status_code, new.json()["exists"]) == (200, False)
    put("talks/a.mp3")
    again = client.post("/uploads", headers=only_new, json=asked)
    assert (again.status_code, again.json()["error"]["code"]) == (412, "exists")
    assert allow(client, key="talks/a.mp3").json()["exists"] is True
