"""/recordings: what is there, one of them, deleting one, where its sound is."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from botocore.exceptions import ClientError
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from api.routes.recordings import quoted
from earshot.recordings.ids import recording_id
from earshot.recordings.imports import Import
from earshot.recordings.record import Failure
from earshot.recordings.store import Recordings
from tests.unit.api.stage import AUTHORIZED, transcript

Put = Callable[..., str]


def keys(answer: Any) -> list[str]:
    return [recording["key"] for recording in answer.json()["recordings"]]


def test_a_recording_that_is_done_tells_everything_about_itself(
    client: TestClient, put: Put
) -> None:
    identity = put("talks/a.mp3", transcript("hello there", "you"), {"age": "thirties"})
    answer = client.get(f"/recordings/{identity}")
    updated_at = answer.json().pop("updated_at")
    assert updated_at.endswith("Z")
    assert answer.json() == {
        "recording_id": identity,
        "key": "talks/a.mp3",
        "status": "done",
        "text": "hello there you",
        "duration": 4.0,
        "error": None,
        "model": "demo",
        "source": "upload",
        "uploaded_at": "2024-05-01T12:00:00Z",
        "updated_at": updated_at,
        "age": "thirties",
        "gender": None,
        "accent": None,
    }


def test_a_recording_that_failed_says_why(client: TestClient, put: Put) -> None:
    identity = put("notes.mp3", failure=Failure("not_audio", "This is a text file."))
    answer = client.get(f"/recordings/{identity}").json()
    assert (answer["status"], answer["text"], answer["duration"]) == ("failed", None, None)
    assert answer["error"] == {"code": "not_audio", "message": "This is a text file."}


def test_a_key_finds_its_recording_whatever_is_in_it(client: TestClient, put: Put) -> None:
    odd = ["a b+c%20d.mp3", "talks/../up.mp3", "🎙/ü.mp3", "x" * 1024, "a&b=c#d?.mp3"]
    for key in odd:
        put(key, transcript("hello"))
    for key in odd:
        assert keys(client.get("/recordings", params={"key": key})) == [key]


def test_a_key_is_exact(client: TestClient, put: Put) -> None:
    put("talks/a.mp3")
    for near in ("talks/a", "Talks/a.mp3", "talks/a.mp3 ", "/talks/a.mp3"):
        answer = client.get("/recordings", params={"key": near})
        assert answer.json() == {"recordings": [], "cursor": None}


def test_pages_show_every_recording_once_the_latest_first(client: TestClient, put: Put) -> None:
    for n in range(5):
        put(f"{n}.mp3", transcript("hello"))
    seen, cursor = [], ""
    while cursor is not None:
        answer = client.get("/recordings", params={"size": 2, "cursor": cursor})
        seen += keys(answer)
        cursor = answer.json()["cursor"]
    assert sorted(seen) == [f"{n}.mp3" for n in range(5)]


def test_state_and_prefix_narrow_the_list(client: TestClient, put: Put) -> None:
    put("talks/done.mp3", transcript("hello"))
    put("talks/failed.mp3", failure=Failure("empty", "There is nothing in it."))
    put("notes/done.mp3", transcript("hello"))
    put("notes/working.mp3")
    assert keys(client.get("/recordings?status=failed")) == ["talks/failed.mp3"]
    assert keys(client.get("/recordings?status=transcribing")) == ["notes/working.mp3"]
    assert sorted(keys(client.get("/recordings?prefix=talks/"))) == [
        "talks/done.mp3",
        "talks/failed.mp3",
    ]
    assert keys(client.get("/recordings?key=notes/working.mp3&status=done")) == []
    assert len(keys(client.get("/recordings?key=&status=&cursor="))) == 4


def test_an_unchanged_recording_is_not_sent_again(client: TestClient, put: Put) -> None:
    address = f"/recordings/{put('a.mp3')}"
    first = client.get(address)
    known = {"if-none-match": f'"other", {first.headers["etag"]}'}
    again = client.get(address, headers=known)
    assert (again.status_code, again.content) == (304, b"")
    put("a.mp3", transcript("hello"))
    assert client.get(address, headers=known).json()["text"] == "hello"


def test_deleting_takes_the_sound_away(client: TestClient, put: Put, bucket: Any) -> None:
    identity = put("talks/a b.mp3", transcript("hello"))
    answer = client.delete(f"/recordings/{identity}", headers=AUTHORIZED)
    assert answer.status_code == 202
    assert answer.json() == {"recording_id": identity, "key": "talks/a b.mp3"}
    with pytest.raises(ClientError, match="404"):
        bucket.Object("talks/a b.mp3").load()


def test_deleting_an_import_that_has_no_sound_takes_its_record_away(
    client: TestClient, store: Recordings
) -> None:
    store.add_imported([Import("old.mp3", {}, transcript("hello"), 1)])
    address = f"/recordings/{recording_id('old.mp3')}"
    assert client.get(address).json()["source"] == "import"
    assert client.delete(address, headers=AUTHORIZED).status_code == 202
    assert client.get(address).status_code == 404
    assert client.get("/recordings").json()["recordings"] == []


def test_deleting_what_is_not_there_is_a_404(client: TestClient) -> None:
    answer = client.delete("/recordings/aaaaaaaaaaaaaaaa", headers=AUTHORIZED)
    assert answer.status_code == 404


def test_the_sound_is_on_the_sites_own_origin(client: TestClient, put: Put) -> None:
    answer = client.get(f"/recordings/{put('talks/a b.mp3')}/audio")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/audio/talks/a%20b.mp3"


# "." and ".." alone have no address: there is no way to write them that clients would not resolve.
@given(
    key=st.text(min_size=1, max_size=40).filter(
        lambda key: key.isprintable() and key not in (".", "..")
    )
)
@example(key="../secret.mp3")
@example(key="a/./b.mp3")
@example(key="a//b.mp3")
@example(key="?#%2F+&.mp3")
@example(key="//evil.example/a.mp3")
@hypothesis_settings(suppress_health_check=[HealthCheck.filter_too_much], deadline=None)
def test_the_address_of_the_sound_is_its_key_however_a_client_resolves_it(key: str) -> None:
    resolved = urlsplit(urljoin("https://site.example/api/recordings/x/audio", quoted_path(key)))
    assert resolved.netloc == "site.example"
    assert unquote(resolved.path.removeprefix("/audio/")) == key


def quoted_path(key: str) -> str:
    return f"/audio/{quoted(key)}"
