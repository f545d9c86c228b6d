"""A person drops a file in the bucket and finds it by what was said."""

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest
import soundfile

from earshot.cli.outputs import Outputs
from earshot.cli.uploading import collect, described, put
from earshot.cli.waiting import wait_for
from earshot.recordings.ids import recording_id
from tests.pipeline.conftest import ROOT, Bucket, eventually
from tests.shared_data import COMMON_VOICE, needs_common_voice


def test_a_dropped_recording_is_found_by_its_words_and_facets(bucket: Bucket, sample: Path) -> None:
    key = bucket.put("bread.mp3", sample, age="thirties", gender="female", accent="us")
    recording = bucket.end(key)
    assert recording["status"] == "done"
    assert recording["age"] == "thirties"
    words = recording["text"].split()
    found = bucket.api("/search", params={"q": " ".join(words[3:9]), "size": 50}).json()
    (hit,) = (one for one in found["hits"] if one["key"] == key)
    assert hit["gender"] == "female"
    marked = {hit["words"][mark["word"]][0] for mark in hit["marks"] if mark["kind"] == "exact"}
    assert set(words[3:9]) <= marked


def test_bucket_api_and_command_line_hear_the_same(
    bucket: Bucket, stack: Outputs, sample: Path
) -> None:
    from_bucket = bucket.end(bucket.put("same.mp3", sample))["text"]
    answer = httpx.post(
        f"{stack.api_url}/asr",
        files={"file": ("same.mp3", sample.read_bytes())},
        headers={"Authorization": f"Bearer {stack.api_key}"},
        timeout=60,
    )
    command = [sys.executable, "-m", "scripts", "transcribe", str(sample), "--format", "json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert from_bucket
    assert answer.json()["transcription"] == from_bucket
    assert json.loads(printed)["text"] == from_bucket


def test_the_sound_is_served_in_ranges_beside_the_page(
    bucket: Bucket, stack: Outputs, sample: Path
) -> None:
    key = bucket.put("a b+c%d é 🎧.mp3", sample)
    bucket.end(key)
    redirect = bucket.api(f"/recordings/{recording_id(key)}/audio")
    assert redirect.status_code == 307
    site = urlsplit(stack.site_url)
    # A browser resolves *.localhost by itself; here the host goes in a header.
    answer = httpx.get(
        f"http://127.0.0.1:{site.port}{redirect.headers['location']}",
        headers={"Host": site.netloc, "Range": "bytes=100-199"},
        timeout=30,
    )
    assert answer.status_code == 206
    assert answer.content == sample.read_bytes()[100:200]


def test_of_an_mp3_of_variable_bit_rate_a_copy_is_played_as_long_as_it_is_there(
    bucket: Bucket, stack: Outputs, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).normal(0, 0.2, 240_000)
    path = tmp_path / "uneven.mp3"
    with soundfile.SoundFile(
        path, "w", 16_000, 1, format="MP3", bitrate_mode="VARIABLE", compression_level=0.3
    ) as file:
        file.write(np.concatenate([noise, np.zeros(240_000)]))
    key = bucket.put("uneven.mp3", path)
    copy = bucket.end(key)["playback"]
    redirect = bucket.api(f"/recordings/{recording_id(key)}/audio")
    assert redirect.headers["location"] == copy
    site = urlsplit(stack.site_url)

    def played() -> httpx.Response:
        address = f"http://127.0.0.1:{site.port}{copy}"
        headers = {"Host": site.netloc, "Range": "bytes=4-7"}
        return httpx.get(address, headers=headers, timeout=30)

    assert (played().status_code, played().content) == (206, b"ftyp")
    assert played().headers["content-type"] == "audio/mp4"
    bucket.quiet()
    listed = bucket.api("/recordings", params={"prefix": "playback/"}).json()["recordings"]
    assert listed == [], "the copy is no recording"
    bucket.delete(key)
    bucket.quiet()
    assert any(played().status_code in (403, 404) for _ in eventually())


def test_a_deleted_recording_leaves_the_api_and_the_index(bucket: Bucket, sample: Path) -> None:
    key = bucket.put("gone.mp3", sample)
    bucket.end(key)
    assert bucket.passages(key)
    bucket.delete(key)
    bucket.quiet()
    assert any(not bucket.passages(key) for _ in eventually())
    assert bucket.api(f"/recordings/{recording_id(key)}").status_code == 404


def test_uploading_twice_puts_nothing_twice(bucket: Bucket, stack: Outputs) -> None:
    uploads, _ = collect([ROOT / "samples" / "morning-bread.mp3"], prefix=bucket.prefix)
    first = put(uploads, stack).moments
    second = put(uploads, stack).moments
    assert len(first) == 1
    assert not second


@needs_common_voice
@pytest.mark.timeout(300)
def test_200_human_recordings_at_once_end_exactly_once_each(bucket: Bucket, stack: Outputs) -> None:
    clips = sorted((COMMON_VOICE / "clips").glob("*.mp3"))[:200]
    plain = collect(clips, bucket.prefix).uploads
    uploads, _ = described(plain, COMMON_VOICE / "cv-valid-dev.csv")
    dead_before = bucket.dead_letters()
    moments, failures, _ = put(uploads, stack)
    assert not failures
    ended = [one.recording for one in wait_for(moments, stack)]
    assert [one.status for one in ended] == ["done"] * 200
    items = [bucket.item(upload.key) for upload in uploads]
    # Claimed once and finished once: no work was done twice.
    assert [item and item["revision"] for item in items] == [2] * 200
    passages = [passage for upload in uploads for passage in bucket.passages(upload.key)]
    assert len({(one["recording_id"], one["n"]) for one in passages}) == len(passages) == 200
    assert bucket.dead_letters() == dead_before


def test_a_sidecar_beside_the_sound_names_it_and_is_no_recording(
    bucket: Bucket, sample: Path
) -> None:
    said = {"title": "Bread in the morning", "speaker": "Ann", "tags": ["bread"]}
    sidecar = bucket.put("named.mp3.json", json.dumps(said).encode())
    key = bucket.put("named.mp3", sample)
    assert bucket.end(key)["title"] == "Bread in the morning"
    listed = bucket.api("/recordings", params={"prefix": bucket.prefix}).json()["recordings"]
    assert sidecar not in [one["key"] for one in listed]
    bucket.put("named.mp3.json", json.dumps(said | {"title": "Bread"}).encode())
    query = {"prefix": key, "speaker": "Ann", "facet": "tags"}
    for _ in eventually():
        page = bucket.api("/search", params=query).json()
        if [hit["title"] for hit in page["hits"]] == ["Bread"]:
            break
    assert page["facets"]["tags"] == [{"value": "bread", "count": 1, "selected": False}]
