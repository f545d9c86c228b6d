"""Whatever lands in the bucket ends as a record that says what happened, or as nothing at all."""

import io
import json
import wave
from pathlib import Path

import pytest

from earshot.recordings.ids import recording_id
from tests.pipeline.conftest import Bucket, eventually


def silence(seconds: float) -> bytes:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(int(seconds * 16_000) * 2))
    return sound.getvalue()


def test_files_that_are_no_recordings_fail_with_a_code_and_a_sentence(bucket: Bucket) -> None:
    empty = bucket.put("empty.mp3", b"")
    text = bucket.put("text.mp3", b"This is a shopping list: bread, milk and candles.\n" * 40)
    ended = bucket.ended(empty, text)
    assert ended[empty]["error"]["code"] == "empty"
    assert ended[text]["error"]["code"] == "not_audio"
    for recording in ended.values():
        assert recording["status"] == "failed"
        assert recording["error"]["message"].endswith(".")
        assert bucket.stack.audio_bucket not in json.dumps(recording)
    assert not bucket.passages(empty)


def test_a_truncated_recording_gives_what_there_is(bucket: Bucket, sample: Path) -> None:
    whole = sample.read_bytes()
    recording = bucket.end(bucket.put("cut.mp3", whole[: len(whole) // 2]))
    assert recording["status"] == "done"
    assert recording["text"]
    assert 0 < recording["duration"] < 12


def test_digital_silence_is_a_success_without_words(bucket: Bucket) -> None:
    key = bucket.put("silence.wav", silence(2))
    recording = bucket.end(key)
    assert recording["status"] == "done"
    assert recording["text"] == ""
    assert recording["duration"] == pytest.approx(2, abs=0.01)
    assert len(bucket.passages(key)) == 1


def test_a_wrong_file_extension_does_no_harm(bucket: Bucket, sample: Path) -> None:
    right, wrong = bucket.put("right.mp3", sample), bucket.put("wrong.wav", sample)
    ended = bucket.ended(right, wrong)
    assert ended[wrong]["status"] == "done"
    assert ended[wrong]["text"] == ended[right]["text"]


def test_every_key_that_s3_takes_works(bucket: Bucket, sample: Path) -> None:
    longest = "é" * ((1024 - len(bucket.prefix) - 4) // 2) + ".mp3"
    names = [
        "with space.mp3",
        "plus+plus.mp3",
        "100% %20 %2F.mp3",
        "🎧 émoji.mp3",
        "a/../b.mp3",
        "no-extension",
        "quote\"'<script>.mp3",
        longest,
    ]
    keys = [bucket.put(name, sample) for name in names]
    ended = bucket.ended(*keys)
    assert {key: recording["status"] for key, recording in ended.items()} == dict.fromkeys(
        keys, "done"
    )
    assert [ended[key]["key"] for key in keys] == keys
    for key in keys:
        (listed,) = bucket.api("/recordings", params={"key": key}).json()["recordings"]
        assert listed["recording_id"] == recording_id(key)


def test_one_name_in_two_folders_is_two_recordings(
    bucket: Bucket, sample: Path, other_sample: Path
) -> None:
    monday, tuesday = bucket.put("mon/a.mp3", sample), bucket.put("tue/a.mp3", other_sample)
    ended = bucket.ended(monday, tuesday)
    assert ended[monday]["recording_id"] != ended[tuesday]["recording_id"]
    assert ended[monday]["text"] != ended[tuesday]["text"]


def test_the_same_object_put_twice_is_transcribed_once(bucket: Bucket, sample: Path) -> None:
    key = bucket.put("twice.mp3", sample)
    first = bucket.end(key)
    bucket.put("twice.mp3", sample, accent="scotland")
    # The second put only brings new facets: one more write, not the two of a transcription.
    assert any((bucket.item(key) or {})["revision"] == 3 for _ in eventually())
    bucket.quiet()
    second = bucket.end(key)
    assert second["accent"] == "scotland"
    assert second["text"] == first["text"]
    assert len(bucket.passages(key)) == 1


def test_the_last_of_many_overwrites_wins(bucket: Bucket, sample: Path, other_sample: Path) -> None:
    wanted = bucket.end(bucket.put("reference.mp3", other_sample))["text"]
    for _ in range(3):
        key = bucket.put("fought-over.mp3", sample)
        bucket.put("fought-over.mp3", other_sample)
    bucket.quiet()
    recording = bucket.end(key)
    assert recording["text"] == wanted
    assert [one["text"] for one in bucket.passages(key)] == [wanted]


def test_a_recording_deleted_before_it_was_worked_on_leaves_nothing(
    bucket: Bucket, sample: Path
) -> None:
    keys = [bucket.put(f"short-lived-{n}.mp3", sample) for n in range(4)]
    for key in keys:
        bucket.delete(key)
    bucket.quiet()
    for key in keys:
        assert any((bucket.item(key) or {}).get("status") == "deleted" for _ in eventually())
        assert any(not bucket.passages(key) for _ in eventually())
        assert bucket.api(f"/recordings/{recording_id(key)}").status_code == 404


def test_messages_that_are_no_s3_events_vanish_and_block_nothing(
    bucket: Bucket, sample: Path
) -> None:
    dead_before = bucket.dead_letters()
    for body in ("not json", "[]", '{"Records": [{"no": "event"}]}', '{"Event": "s3:TestEvent"}'):
        bucket.send(body)
    assert bucket.end(bucket.put("after.mp3", sample))["status"] == "done"
    bucket.quiet()
    assert bucket.dead_letters() == dead_before


def test_bad_files_among_good_ones_harm_nobody(bucket: Bucket, sample: Path) -> None:
    good = [bucket.put(f"good-{n}.mp3", sample) for n in range(6)]
    bad = [bucket.put(f"bad-{n}.mp3", b"\xff\xfb" + bytes(range(256)) * n) for n in range(6)]
    ended = bucket.ended(*good, *bad)
    assert {ended[key]["status"] for key in good} == {"done"}
    assert {ended[key]["status"] for key in bad} <= {"failed", "done"}
    assert len({ended[key]["text"] for key in good}) == 1
