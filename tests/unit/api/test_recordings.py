"""/recordings: what is there, one of them, deleting one, where its sound is."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from botocore.exceptions import ClientError
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from api import services
from api.routes.recordings import quoted
from api.services import Announcements
from api.settings import ApiSettings
from earshot.ingest.events import object_events
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.claim import Claim
from earshot.recordings.ids import recording_id
from earshot.recordings.imported import imported_transcript
from earshot.recordings.imports import Import
from earshot.recordings.record import Failure
from earshot.recordings.store import Recordings
from tests.unit.api.stage import AUTHORIZED, TABLE, transcript

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
        "estimated_times": False,
        "has_sound": True,
        "source": "upload",
        "uploaded_at": "2024-05-01T12:00:00Z",
        "updated_at": updated_at,
        "age": "thirties",
        "gender": None,
        "accent": None,
        **dict.fromkeys(("title", "speaker", "place", "collection", "recorded_at")),
        "tags": [],
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
    seen: list[str] = []
    cursor: str | None = ""
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
    assert keys(client.get("/recordings?prefix=talks/&status=failed")) == ["talks/failed.mp3"]
    assert keys(client.get("/recordings?sort=key"))[0] == "notes/done.mp3"
    assert len(keys(client.get("/recordings?key=&status=&cursor="))) == 4


def test_a_list_by_change_has_no_prefix(client: TestClient) -> None:
    answer = client.get("/recordings?prefix=talks/&sort=updated")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize("address", ["/recordings", "/search", "/suggest"])
def test_a_misspelt_parameter_is_no_filter_that_is_lost(client: TestClient, address: str) -> None:
    answer = client.get(f"{address}?sice=20")
    assert answer.status_code == 400
    assert "There is no parameter sice; there are" in answer.json()["error"]["message"]


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


def test_what_is_estimated_says_so(client: TestClient, store: Recordings, put: Put) -> None:
    put("heard.mp3", transcript("hello"))
    imported = imported_transcript("HELLO THERE", 2.0, "elsewhere", "0")
    store.add_imported([Import("imported.mp3", {}, imported, 1)])
    listed = client.get("/recordings").json()["recordings"]
    assert {one["key"]: one["estimated_times"] for one in listed} == {
        "heard.mp3": False,
        "imported.mp3": True,
    }
    address = f"/recordings/{recording_id('imported.mp3')}"
    assert client.get(address).json()["estimated_times"] is True
    assert client.get(f"{address}.json").json()["estimated_times"] is True
    put("imported.mp3", transcript("hello again"))
    assert client.get(address).json()["estimated_times"] is False, "its sound was heard since"


def test_an_import_has_no_sound_until_it_comes(
    client: TestClient, store: Recordings, put: Put
) -> None:
    store.add_imported([Import("a.mp3", {}, imported_transcript("HELLO", 2.0, "else", "0"), 1)])
    address = f"/recordings/{recording_id('a.mp3')}"
    assert client.get(address).json()["has_sound"] is False
    assert client.get("/recordings").json()["recordings"][0]["has_sound"] is False
    put("a.mp3", transcript("hello"))
    assert client.get(address).json()["has_sound"] is True


def test_an_import_of_before_estimates_were_marked_is_one(
    client: TestClient, store: Recordings, dynamodb: Any
) -> None:
    imported = imported_transcript("HELLO", 2.0, "elsewhere", "0")
    store.add_imported([Import("old.mp3", {}, imported, 1)])
    identity = recording_id("old.mp3")
    dynamodb.Table(TABLE).update_item(
        Key={"recording_id": identity}, UpdateExpression="REMOVE estimated_times"
    )
    assert client.get(f"/recordings/{identity}").json()["estimated_times"] is True


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


def sent(queue: Announcements) -> list[ObjectEvent]:
    answer = queue.sqs.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=10)
    return [one for message in answer.get("Messages", []) for one in object_events(message["Body"])]


def test_a_recording_is_transcribed_again_and_shows_its_text_meanwhile(
    client: TestClient, put: Put, queue: Announcements, store: Recordings
) -> None:
    identity = put("talks/a b.mp3", transcript("hello"))
    answer = client.post(f"/recordings/{identity}/retranscribe", headers=AUTHORIZED)
    assert answer.status_code == 202
    assert answer.json() == {"recording_id": identity, "key": "talks/a b.mp3"}
    (event,) = sent(queue)
    assert client.get(f"/recordings/{identity}").json()["text"] == "hello"
    assert store.claim(event, "f00d", {}, 5).claim is Claim.TAKEN
    assert store.finish(event, transcript("hello there"), 1)
    assert client.get(f"/recordings/{identity}").json()["text"] == "hello there"


def test_what_is_on_its_way_is_not_transcribed_again(
    client: TestClient, put: Put, queue: Announcements
) -> None:
    address = f"/recordings/{put('a.mp3')}/retranscribe"
    answer = client.post(address, headers=AUTHORIZED)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert sent(queue) == []


def test_an_import_is_transcribed_only_when_that_is_asked_for(
    client: TestClient, store: Recordings, queue: Announcements
) -> None:
    store.add_imported([Import("old.mp3", {}, transcript("hello"), 1)])
    address = f"/recordings/{recording_id('old.mp3')}/retranscribe"
    silent = client.post(f"{address}?imported=true", headers=AUTHORIZED)
    assert (silent.status_code, silent.json()["error"]["code"]) == (409, "conflict")
    sound = ObjectEvent(Change.CREATED, "", "old.mp3", "01", "2024-05-01T12:00:00Z", "etag", 5)
    assert store.adopt(sound, 5)
    assert client.post(address, headers=AUTHORIZED).status_code == 409
    assert sent(queue) == []
    assert client.post(f"{address}?imported=true", headers=AUTHORIZED).status_code == 202
    assert [one.key for one in sent(queue)] == ["old.mp3"]


def test_a_wrong_key_transcribes_nothing_again(
    client: TestClient, put: Put, queue: Announcements
) -> None:
    address = f"/recordings/{put('a.mp3', transcript('hello'))}/retranscribe"
    assert client.post(address, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert sent(queue) == []


def test_the_sound_is_on_the_sites_own_origin(client: TestClient, put: Put) -> None:
    answer = client.get(f"/recordings/{put('talks/a b.mp3')}/audio")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/audio/talks/a%20b.mp3"


def test_a_program_that_knows_the_apis_address_alone_finds_the_sound(
    app: FastAPI, client: TestClient, settings: ApiSettings, put: Put
) -> None:
    there = settings.model_copy(update={"site_url": "https://site.example"})
    app.dependency_overrides[services.settings] = lambda: there
    answer = client.get(f"/recordings/{put('a.mp3')}/audio")
    assert answer.headers["location"] == "https://site.example/audio/a.mp3"
    assert client.get("/").headers["location"] == "https://site.example/api/docs"


def test_sound_that_never_came_is_a_404(client: TestClient, store: Recordings) -> None:
    store.add_imported([Import("a.mp3", {}, imported_transcript("HELLO", 2.0, "else", "0"), 1)])
    answer = client.get(f"/recordings/{recording_id('a.mp3')}/audio")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_sound")


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
