"""What is lost of a damaged file, and what was listened to, is told by every route."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from earshot.recordings.store import Recordings
from earshot.speech.transcript import Incomplete, ListenedTo
from tests.unit.api.stage import AUTHORIZED, ToldRecogniser, transcript

DAMAGED = replace(
    transcript("hello there"),
    incomplete=Incomplete(heard=8.2, lost=3.2),
    listened_to=ListenedTo(track=1),
)
LOST = {"heard": 8.2, "lost": 3.2}


def test_a_recording_says_what_is_lost_of_it(client: TestClient, put: Callable[..., str]) -> None:
    identity = put("a.flac", DAMAGED)
    alone = client.get(f"/recordings/{identity}").json()
    (listed,) = client.get("/recordings").json()["recordings"]
    for told in (alone, listed):
        assert told["incomplete"] == LOST
        assert told["listened_to"] == {"track": 1, "channel": None}
    whole = client.get(f"/recordings/{identity}.json").json()
    assert whole["incomplete"] == LOST
    assert whole["listened_to"]["track"] == 1


def test_how_much_is_lost_may_not_be_known(client: TestClient, put: Callable[..., str]) -> None:
    identity = put("a.ogg", replace(DAMAGED, incomplete=Incomplete(8.2, None)))
    assert client.get(f"/recordings/{identity}").json()["incomplete"]["lost"] is None


def test_what_is_heard_at_once_says_it_too(client: TestClient, hears: ToldRecogniser) -> None:
    hears.says = DAMAGED
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"flac"}).json()
    assert answer["incomplete"] == LOST
    answer = client.post(
        "/v1/audio/transcriptions",
        headers=AUTHORIZED,
        files={"file": b"flac"},
        data={"response_format": "verbose_json"},
    ).json()
    assert answer["incomplete"] == LOST


def test_a_new_transcript_of_whole_sound_says_nothing_of_it(
    client: TestClient, put: Callable[..., str]
) -> None:
    put("a.flac", DAMAGED)
    identity = put("a.flac", transcript("hello there"))
    assert "incomplete" not in client.get(f"/recordings/{identity}").json()


def test_where_a_recording_has_a_copy_to_play_its_sound_is_there(
    client: TestClient, put: Callable[..., str], store: Recordings, dynamodb: object
) -> None:
    identity = put("a.mp3", transcript("hello there"))
    address = f"/recordings/{identity}"
    assert "playback" not in client.get(address).json()
    store._table.update_item(
        Key={"recording_id": identity},
        UpdateExpression="SET playback_key = :key",
        ExpressionAttributeValues={":key": "playback/x.m4a"},
    )
    assert client.get(address).json()["playback"] == "/playback/x.m4a"
    found = client.get(f"{address}/audio", follow_redirects=False)
    assert (found.status_code, found.headers["location"]) == (307, "/playback/x.m4a")


@pytest.mark.parametrize("lost", [3.2, None])
def test_a_sentence_says_it(lost: float | None) -> None:
    said = str(Incomplete(8.2, lost))
    assert said.startswith("the file is damaged: 8.2")
