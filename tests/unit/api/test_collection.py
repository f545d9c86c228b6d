"""GET /collection."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from earshot.recordings.record import Failure
from tests.unit.api.stage import transcript

NO_AUDIO = Failure("not_audio", "This file holds no audio.")


def test_it_says_what_there_is_what_waits_and_what_failed_and_why(
    client: TestClient, put: Callable[..., str]
) -> None:
    put("a.mp3", transcript("hello"))
    put("b.mp3")
    put("c.txt", failure=NO_AUDIO)
    put("d.txt", failure=NO_AUDIO)
    put("e.mp3", failure=Failure("corrupt", "This file is damaged."))
    answer = client.get("/collection")
    body = answer.json()
    assert body["searchable"]["recordings"] == 2
    assert body["searchable"]["examples"] == ["harbour"]
    assert (body["waiting"], body["failed"], body["counted_to"]) == (1, 3, 100)
    assert body["failures"] == [
        {"code": "not_audio", "message": "This file holds no audio.", "count": 2},
        {"code": "corrupt", "message": "This file is damaged.", "count": 1},
    ]
    assert "s-maxage=300" in answer.headers["cache-control"]


def test_it_takes_no_parameters(client: TestClient) -> None:
    assert client.get("/collection?q=a").status_code == 400
