"""/recordings/{id}.txt|.srt|.vtt|.json."""

import json
import random
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from api.routes import transcripts
from earshot.recordings.record import Failure
from tests.unit.api.stage import transcript, written

Put = Callable[..., str]
TEXT = {
    "txt": "hello there\nyou\n",
    "srt": (
        "1\n00:00:00,000 --> 00:00:00,900\nhello there\n\n2\n00:00:01,000 --> 00:00:01,400\nyou\n"
    ),
    "vtt": (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\nhello there\n\n"
        "00:00:01.000 --> 00:00:01.400\nyou\n"
    ),
}
TYPES = {
    "txt": "text/plain; charset=utf-8",
    "srt": "application/x-subrip; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "json": "application/json",
}


@pytest.mark.parametrize("extension", TEXT)
def test_the_extension_chooses_the_form(client: TestClient, put: Put, extension: str) -> None:
    identity = put("a.mp3", transcript("hello there", "you"))
    answer = client.get(f"/recordings/{identity}.{extension}")
    assert answer.status_code == 200
    assert answer.text == TEXT[extension]
    assert answer.headers["content-type"] == TYPES[extension]


def test_json_has_every_word_with_its_times(client: TestClient, put: Put) -> None:
    answer = client.get(f"/recordings/{put('a.mp3', transcript('hello there'))}.json")
    assert answer.headers["content-type"] == "application/json"
    (segment,) = answer.json()["segments"]
    assert segment["words"][1] == {"text": "there", "start": 0.5, "end": 0.9, "confidence": 0.9}
    assert answer.json()["provenance"]["model"] == "demo"


def test_json_has_what_is_shown_and_what_was_heard(client: TestClient, put: Put) -> None:
    identity = put("a.mp3", written("It's late, Tom.", "Let's go!"))
    whole = client.get(f"/recordings/{identity}.json").json()
    assert [one["text"] for one in whole["segments"]] == ["It's late, Tom.", "Let's go!"]
    assert [one["text"] for one in whole["heard"]] == ["ITS LATE TOM LETS GO"]
    assert whole["provenance"]["writer"] == "moonshine-tiny"
    assert whole["estimated_times"] is False


@pytest.mark.parametrize("extension", TYPES)
def test_what_a_listener_wrote_alone_is_read_without_shouting(
    client: TestClient, put: Put, extension: str
) -> None:
    identity = put("a.mp3", transcript("HELLO THERE"))
    assert "Hello there" in client.get(f"/recordings/{identity}.{extension}").text
    assert client.get(f"/recordings/{identity}").json()["text"] == "HELLO THERE", "as it wrote it"


@pytest.mark.parametrize("extension", TYPES)
def test_no_speech_is_an_empty_transcript_and_no_error(
    client: TestClient, put: Put, extension: str
) -> None:
    assert client.get(f"/recordings/{put('a.mp3', transcript())}.{extension}").status_code == 200


@pytest.mark.parametrize("extension", TYPES)
def test_a_recording_without_a_transcript_says_why(
    client: TestClient, put: Put, extension: str
) -> None:
    working = client.get(f"/recordings/{put('a.mp3')}.{extension}")
    assert working.status_code == 404
    assert working.json()["error"]["code"] == "no_transcript"
    assert "try again" in working.json()["error"]["message"]
    failed = put("b.mp3", failure=Failure("empty", "There is nothing in it."))
    answer = client.get(f"/recordings/{failed}.{extension}")
    assert answer.json()["error"]["message"] == "There is nothing in it."


@pytest.mark.parametrize("extension", TYPES)
def test_an_unchanged_transcript_is_not_sent_again(
    client: TestClient, put: Put, extension: str
) -> None:
    address = f"/recordings/{put('a.mp3', transcript('hello'))}.{extension}"
    known = {"if-none-match": client.get(address).headers["etag"]}
    assert client.get(address, headers=known).status_code == 304
    put("a.mp3", transcript("goodbye"))
    assert "goodbye" in client.get(address, headers=known).text


def test_a_very_long_transcript_is_read_from_where_it_was_spilled(
    client: TestClient, put: Put
) -> None:
    draw = random.Random(1)
    words = " ".join(f"{draw.getrandbits(60):x}" for _ in range(30_000))
    identity = put("long.mp3", transcript(words))
    assert client.get(f"/recordings/{identity}.txt").text == words + "\n"
    assert client.get(f"/recordings/{identity}").json()["text"] == words
    (listed,) = client.get("/recordings").json()["recordings"]
    assert words.startswith(listed["text"])
    assert len(listed["text"]) == 20_000


def test_what_lambda_could_not_send_plain_is_asked_for_compressed(
    client: TestClient, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcripts, "MAX_ANSWER_BYTES", 1000)
    address = f"/recordings/{put('a.mp3', transcript('hello ' * 200))}.json"
    plain = client.get(address, headers={"accept-encoding": "identity"})
    assert plain.status_code == 406
    assert plain.json()["error"]["code"] == "not_acceptable"
    compressed = client.get(address, headers={"accept-encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert len(json.loads(compressed.text)["segments"][0]["words"]) == 200


@pytest.mark.parametrize(
    ("key", "plain", "encoded"),
    [
        ("talks/monday.mp3", "monday.srt", "monday.srt"),
        ('a/é "quoted".part.wav', "_ _quoted_.part.srt", "%C3%A9%20%22quoted%22.part.srt"),
        ("no-extension", "no-extension.srt", "no-extension.srt"),
    ],
)
def test_what_is_saved_is_called_as_the_recording(
    client: TestClient, put: Put, key: str, plain: str, encoded: str
) -> None:
    identity = put(key, transcript("hello"))
    headers = client.get(f"/recordings/{identity}.srt").headers
    assert headers["content-disposition"] == (
        f"inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    )
    assert headers["content-type"] == "application/x-subrip; charset=utf-8"


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip", "gzip"),
        ("br, GZIP;q=0.5", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0.000, *;q=1", None),
        ("*;q=0", None),
        ("identity", None),
        ("gzip;q=much", None),
        ("x-gzip-not", None),
    ],
)
def test_gzip_goes_to_those_who_take_it(
    client: TestClient, put: Put, accepted: str, sent: str | None
) -> None:
    address = f"/recordings/{put('a.mp3', transcript('hello there ' * 200))}.json"
    answer = client.get(address, headers={"accept-encoding": accepted})
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == sent
