"""/recordings/{id}/marks: every word of one recording that answers a query."""

from collections.abc import Callable
from typing import Any

from fastapi.testclient import TestClient

from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from tests.unit.api.stage import transcript, written

Put = Callable[..., str]


def marked(client: TestClient, recording: str, **params: Any) -> list[tuple[int, str]]:
    answer = client.get(f"/recordings/{recording}/marks", params=params)
    assert answer.status_code == 200, answer.text
    return [(mark["word"], mark["kind"]) for mark in answer.json()["marks"]]


def test_every_word_that_answers_is_marked_in_all_sentences(client: TestClient, put: Put) -> None:
    recording = put("a.mp3", transcript("the river rose", "no rivers", "a river"))
    assert marked(client, recording, q="river") == [(1, "exact"), (4, "stem"), (6, "exact")]
    assert marked(client, recording, q="river", exact=True) == [(1, "exact"), (6, "exact")]
    assert marked(client, recording, q='"river rose"') == [(1, "exact"), (2, "exact")]


def test_what_is_only_like_a_word_is_marked_where_the_word_is_not_said(
    client: TestClient, put: Put
) -> None:
    like = put("like.mp3", transcript("we met at the harver"))
    assert [word for word, _ in marked(client, like, q="harbour")] == [4]
    said = put("said.mp3", transcript("we met at the harver", "in the harbour"))
    assert marked(client, said, q="harbour") == [(7, "exact")]


def test_a_writers_words_are_marked_without_their_punctuation(client: TestClient, put: Put) -> None:
    recording = put("a.mp3", written("It's late, Tom.", "Let's go!"))
    assert marked(client, recording, q="tom") == [(2, "exact")]


def test_voices_that_overlap_are_counted_as_the_json_counts_them(
    client: TestClient, put: Put
) -> None:
    first = [Word("are", 0.0, 0.4, 0.9), Word("there", 2.0, 2.4, 0.9)]
    second = [Word("river", 1.0, 1.4, 0.9)]
    segments = tuple(Segment(tuple(words)) for words in (first, second))
    by = Provenance("demo", "0" * 16, "onnx", "greedy", "1")
    recording = put("a.mp3", Transcript(segments, 3.0, by))
    assert [word for word, _ in marked(client, recording, q='"are river there"')] == [0, 2, 1]


def test_a_query_without_words_marks_nothing(client: TestClient, put: Put) -> None:
    recording = put("a.mp3", transcript("hello"))
    assert marked(client, recording, q="*") == []
    assert client.get(f"/recordings/{recording}/marks").status_code == 400


def test_a_recording_without_a_transcript_has_no_marks(client: TestClient, put: Put) -> None:
    answer = client.get(f"/recordings/{put('a.mp3')}/marks?q=a")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_transcript")
