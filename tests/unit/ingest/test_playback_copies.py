"""A recording in which browsers can't seek gets a copy in which they can, and loses it with it."""

# ruff: noqa: F811 - fixtures of others

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.ingest.ingest import Ingest, Outcome
from earshot.recordings.changes import Change
from earshot.recordings.record import Recording
from earshot.recordings.retranscription import retranscription
from earshot.recordings.store import Recordings
from tests.unit.ingest.test_ingest import audio, found, ingest, put, transcriber  # noqa: F401
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def vbr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An mp3 whose bit rate follows its sound: half of it is noise, half silence."""
    noise = np.random.default_rng(0).normal(0, 0.2, 15 * SAMPLE_RATE)
    path = tmp_path_factory.mktemp("vbr") / "a.mp3"
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, 1, format="MP3", bitrate_mode="VARIABLE", compression_level=0.3
    ) as file:
        file.write(np.concatenate([noise, np.zeros(15 * SAMPLE_RATE)]))
    return path


def copies(recordings: Recordings) -> list[str]:
    bucket = recordings._bodies._bucket
    return [one.key for one in bucket.objects.filter(Prefix="playback/")]


def played(ingest: Ingest) -> Recording:
    recording = found(ingest)
    assert recording is not None
    return recording


def test_the_copy_has_the_same_sound(ingest: Ingest, audio: Any, vbr: Path, tmp_path: Path) -> None:
    assert ingest.handle(put(audio, vbr.read_bytes(), 1)) is Outcome.DONE
    key = played(ingest).playback_key
    assert copies(ingest.recordings) == [key]
    stored = ingest.recordings._bodies._bucket.Object(key).get()
    assert stored["ContentType"] == "audio/mp4"
    (tmp_path / "copy").write_bytes(stored["Body"].read())
    copy, original = decode(tmp_path / "copy"), decode(vbr)
    assert copy.duration == pytest.approx(original.duration, abs=0.1)
    both = min(len(copy.waveform), len(original.waveform))
    assert np.corrcoef(copy.waveform[:both], original.waveform[:both])[0, 1] > 0.99


def test_most_recordings_need_no_copy(ingest: Ingest, audio: Any) -> None:
    sample = ROOT / "samples" / "morning-bread.mp3"
    assert ingest.handle(put(audio, sample.read_bytes(), 1)) is Outcome.DONE
    assert played(ingest).playback_key == ""
    assert copies(ingest.recordings) == []


def test_the_copy_goes_with_its_recording(ingest: Ingest, audio: Any, vbr: Path) -> None:
    ingest.handle(put(audio, vbr.read_bytes(), 1))
    audio.Object("a.mp3").delete()
    assert ingest.handle(event(2, Change.REMOVED)) is Outcome.REMOVED
    assert copies(ingest.recordings) == []


def test_the_copy_goes_when_other_sound_takes_its_place(
    ingest: Ingest,
    audio: Any,
    vbr: Path,
) -> None:
    ingest.handle(put(audio, vbr.read_bytes(), 1))
    sample = ROOT / "samples" / "morning-bread.mp3"
    ingest.handle(put(audio, sample.read_bytes(), 2))
    assert played(ingest).playback_key == ""
    assert copies(ingest.recordings) == []


def test_what_is_transcribed_again_has_one_copy(ingest: Ingest, audio: Any, vbr: Path) -> None:
    ingest.handle(put(audio, vbr.read_bytes(), 1))
    again = retranscription(played(ingest), "audio", "2024-05-02T12:00:00Z")
    assert again is not None
    assert ingest.handle(again) is Outcome.DONE
    assert copies(ingest.recordings) == [played(ingest).playback_key]


def test_a_copy_is_no_recording(ingest: Ingest, audio: Any, vbr: Path) -> None:
    """It lies in a bucket that tells nobody of its objects."""
    ingest.handle(put(audio, vbr.read_bytes(), 1))
    assert [one.key for one in audio.objects.all()] == ["a.mp3"]
