"""Recordings taken out again: as lines, rows and files, in pages, and what changed."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from api import rows
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.feed import SETTLED
from earshot.recordings.ids import recording_id
from earshot.recordings.record import Failure
from earshot.recordings.store import Recordings
from tests.unit.api.stage import TABLE, TRANSCRIPTS_BUCKET, ToldSearch, hit, page, transcript

Put = Callable[..., str]


def pages(client: TestClient, address: str) -> Iterator[Any]:
    """Each page, by what the one before says is next."""
    while True:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        yield answer
        if "next" not in answer.links:
            return
        address = urljoin(address, answer.links["next"]["url"])


def lines(client: TestClient, address: str) -> list[dict[str, Any]]:
    return [json.loads(one) for page in pages(client, address) for one in page.text.splitlines()]


def test_all_recordings_are_lines_of_json_whatever_the_size_of_a_page(
    client: TestClient, put: Put
) -> None:
    for n in range(7):
        put(f"talks/{n}.mp3", transcript(f"number {n}\u2028here") if n % 2 else None)
    put("notes/a.mp3", failure=Failure("empty", "The file is empty."))
    for size in (2, 3, 100):
        found = lines(client, f"/export/recordings.jsonl?prefix=talks/&size={size}")
        assert [one["key"] for one in found] == [f"talks/{n}.mp3" for n in range(7)]
    assert len(lines(client, "/export/recordings.jsonl")) == 8
    listed = client.get("/recordings?prefix=talks/1").json()["recordings"]
    assert lines(client, "/export/recordings.jsonl?prefix=talks/1") == listed


def test_rows_are_csv_with_one_header_and_no_formulas(client: TestClient, put: Put) -> None:
    put('=1+1,".mp3', transcript("yes, “quite”"))
    put("b.mp3", transcript("-5 degrees"))
    whole = "".join(page.text for page in pages(client, "/export/recordings.csv?size=1"))
    table = list(csv.DictReader(io.StringIO(whole)))
    assert [row["key"] for row in table] == ["'=1+1,\".mp3", "b.mp3"]
    assert [row["text"] for row in table] == ["yes, “quite”", "'-5 degrees"]
    assert table[0]["has_sound"] == "true" and table[0]["accent"] == ""
    assert client.get("/export/recordings.csv").headers["content-type"] == "text/csv; charset=utf-8"


def test_what_does_not_fit_is_left_to_the_next_page(
    client: TestClient, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_TEXT_BYTES", 1500)
    for n in range(9):
        put(f"{n}.mp3", transcript("word " * 100))
    several = list(pages(client, "/export/recordings.jsonl"))
    assert len(several) > 3
    assert all(len(one.content) < 3000 for one in several)
    keys = [json.loads(one)["key"] for page in several for one in page.text.splitlines()]
    assert keys == [f"{n}.mp3" for n in range(9)]


@pytest.mark.parametrize("form", ["txt", "srt", "vtt", "json"])
def test_transcripts_are_files_in_a_zip(client: TestClient, put: Put, form: str) -> None:
    put("talks/a.mp3", transcript("hello there"))
    put("../../etc/b.mp3", transcript("outside"))
    put("c.mp3")
    found: dict[str, str] = {}
    for one_page in pages(client, f"/export/transcripts.zip?format={form}&size=1"):
        with zipfile.ZipFile(io.BytesIO(one_page.content)) as archive:
            assert archive.testzip() is None
            found |= {name: archive.read(name).decode() for name in archive.namelist()}
    assert set(found) == {f"talks/a.mp3.{form}", f"etc/b.mp3.{form}"}
    one = client.get(f"/recordings/{recording_id('talks/a.mp3')}.{form}").text
    assert found[f"talks/a.mp3.{form}"] == one


def test_a_full_zip_goes_on_where_it_ended(
    client: TestClient, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_ZIP_BYTES", 10)
    for n in range(4):
        put(f"{n}.mp3", transcript(f"number {n}"))
    several = [
        zipfile.ZipFile(io.BytesIO(p.content)) for p in pages(client, "/export/transcripts.zip")
    ]
    assert [one.namelist() for one in several] == [[f"{n}.mp3.txt"] for n in range(4)]


def test_passages_have_times_links_and_provenance(client: TestClient, put: Put) -> None:
    identity = put("a b.mp3", transcript("hello there", "word " * 200))
    put("silent.mp3", transcript())
    put("waiting.mp3")
    found = client.get(f"/recordings/{identity}/passages").json()["passages"]
    assert found[0] | {"updated_at": ""} == {
        "id": f"{identity}:0",
        "recording_id": identity,
        "key": "a b.mp3",
        "n": 0,
        "start": 0.0,
        "end": found[0]["end"],
        "text": found[0]["text"],
        "title": None,
        "speaker": None,
        "collection": None,
        "tags": [],
        "url": f"/?recording={identity}&at=0.0",
        "audio_url": "/audio/a%20b.mp3",
        "model": "demo",
        "writer": None,
        "estimated_times": False,
        "revision": 2,
        "uploaded_at": "2024-05-01T12:00:00Z",
        "updated_at": "",
    }
    assert len(found) > 2 and all(one["end"] - one["start"] <= 60 for one in found)
    assert found[1]["start"] < found[0]["end"], "neighbours overlap"
    assert lines(client, "/export/passages.jsonl?size=1") == found


def test_hits_of_a_search_are_lines_and_rows(client: TestClient, finds: ToldSearch) -> None:
    from dataclasses import replace

    finds.says = replace(page(hit("hello there")), cursor="abc")
    answer = client.get("/search.jsonl?q=hello&accent=us&accent=england")
    assert json.loads(answer.text)["text"] == "hello there"
    assert answer.links["next"]["url"] == (
        "search.jsonl?q=hello&accent=us&accent=england&cursor=abc"
    )
    finds.says = page(hit("hello there"))
    (row,) = csv.DictReader(io.StringIO(client.get("/search.csv?q=hello").text))
    assert (row["text"], row["start"], row["match"]) == ("hello there", "0.0", "holds")
    assert client.get("/search.csv?q=hello&cursor=x").text.count("\n") == 1, "no second header"
    assert finds.asked[0].facets == {"accent": ("us", "england")}
    assert client.get("/search.csv?colour=red").status_code == 400


# -- what changed


@pytest.fixture
def clock() -> list[datetime]:
    return [datetime(2026, 1, 1, tzinfo=UTC)]


@pytest.fixture
def store(aws: None, s3: Any, dynamodb: Any, clock: list[datetime]) -> Recordings:
    return Recordings(dynamodb.Table(TABLE), s3.Bucket(TRANSCRIPTS_BUCKET), now=lambda: clock[0])


def event(key: str, n: int, change: Change) -> ObjectEvent:
    return ObjectEvent(change, "b", key, comparable_sequencer(f"{n:04}"), "2026-01-01T00:00:00Z")


def changes(client: TestClient, **asked: Any) -> tuple[list[tuple[str, str]], str]:
    """(id, status) of all that there is by now, and the cursor after it."""
    found: list[tuple[str, str]] = []
    while True:
        answer = client.get("/changes", params=asked)
        assert answer.status_code == 200, answer.text
        got = answer.json()
        found += [(one["recording_id"], one["status"]) for one in got["changes"]]
        asked = {"cursor": got["cursor"], "size": asked.get("size", 100)}
        if not got["more"]:
            return found, got["cursor"]


def test_a_copy_follows_what_changes_and_what_is_deleted(
    client: TestClient, put: Put, store: Recordings, clock: list[datetime]
) -> None:
    ids = []
    for n in range(5):
        clock[0] += timedelta(seconds=1)
        ids.append(put(f"{n}.mp3", transcript("hello")))
    clock[0] += SETTLED * 2
    copy, cursor = changes(client, size=2)
    assert copy == [(one, "done") for one in ids]
    assert changes(client, cursor=cursor)[0] == []
    clock[0] += timedelta(seconds=1)
    store.correct(ids[3], {"title": "New"})
    store.remove(event("1.mp3", 9999, Change.REMOVED))
    assert changes(client, cursor=cursor)[0] == [], "not before it is settled"
    clock[0] += SETTLED * 2
    assert sorted(changes(client, cursor=cursor)[0]) == sorted(
        [(ids[3], "done"), (ids[1], "deleted")]
    )
    assert "key" not in client.get("/changes", params={"cursor": cursor}).json()["changes"][1]


def test_changes_begin_where_one_says_and_old_cursors_are_refused(
    client: TestClient, put: Put, clock: list[datetime]
) -> None:
    put("old.mp3", transcript("hello"))
    clock[0] += timedelta(days=1)
    new = put("new.mp3", transcript("hello"))
    clock[0] += SETTLED * 2
    found, cursor = changes(client, since="2026-01-01T12:00:00Z")
    assert found == [(new, "done")]
    clock[0] += timedelta(days=14)
    for asked in ({"cursor": cursor}, {"since": "2026-01-01"}):
        answer = client.get("/changes", params=asked)
        assert (answer.status_code, answer.json()["error"]["code"]) == (410, "forgotten")
    assert len(changes(client)[0]) == 2, "anew, from the beginning"
    both = client.get("/changes", params={"cursor": cursor, "since": "2026-01-02"})
    assert both.status_code == 400
