"""POST /asr, and the model behind it."""

import sys
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import recogniser, services
from api.settings import MAX_BODY_BYTES, ApiSettings
from earshot.errors import AudioTooLong, EmptyAudio, UnsupportedFormat
from tests.unit.api.stage import AUTHORIZED, ToldRecogniser, transcript, written


def test_a_file_becomes_its_words(client: TestClient, hears: ToldRecogniser) -> None:
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": ("a.mp3", b"\xff\x00mp3")})
    assert answer.json() == {
        "transcription": "hello there",
        "duration": 4.0,
        "heard": "hello there",
    }
    assert hears.heard == [b"\xff\x00mp3"]
    assert answer.headers["cache-control"] == "no-store"


def test_no_speech_is_an_empty_text(client: TestClient, hears: ToldRecogniser) -> None:
    hears.says = transcript(duration=1.5)
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"silence"})
    assert answer.json() == {"transcription": "", "duration": 1.5, "heard": ""}


def test_what_is_shown_and_what_was_heard_come_side_by_side(
    client: TestClient, hears: ToldRecogniser
) -> None:
    hears.says = written("It's late, Tom.", "Let's go!")
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"mp3"})
    assert answer.json()["transcription"] == "It's late, Tom. Let's go!"
    assert answer.json()["heard"] == "ITS LATE TOM LETS GO"


def test_without_a_writer_both_are_the_listeners_own_letters(
    client: TestClient, hears: ToldRecogniser
) -> None:
    hears.says = transcript("HELLO THERE")
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"mp3"})
    assert (answer.json()["transcription"], answer.json()["heard"]) == ("HELLO THERE",) * 2


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (EmptyAudio("Nothing."), 422),
        (UnsupportedFormat("MIDI."), 415),
        (AudioTooLong("Long."), 413),
    ],
)
def test_a_bad_file_is_its_senders_fault(
    client: TestClient, hears: ToldRecogniser, fault: Any, status: int
) -> None:
    hears.says = fault
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"?"})
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == fault.code


def test_the_largest_file_that_fits_is_taken(client: TestClient, hears: ToldRecogniser) -> None:
    sound = b"\x00" * (MAX_BODY_BYTES - 1000)
    assert client.post("/asr", headers=AUTHORIZED, files={"file": sound}).status_code == 200
    assert hears.heard == [sound]


def test_a_file_that_is_text_in_the_form_is_no_file(client: TestClient) -> None:
    """As `curl -F file=talk.mp3` sends it, whose @ was forgotten."""
    text = {"file": (None, "talk.mp3")}
    answer = client.post("/asr", headers=AUTHORIZED, files=text)
    assert answer.status_code == 422
    assert "-F file=@talk.mp3, with the @" in answer.json()["error"]["message"]


def test_a_file_without_a_name_is_told_what_it_lacks(client: TestClient) -> None:
    nameless = {"file": (None, b"\x00" * 20_000)}
    answer = client.post("/asr", headers=AUTHORIZED, files=nameless)
    assert answer.status_code == 400
    assert "a file without a name" in answer.json()["error"]["message"]


@pytest.mark.parametrize("address", ["/asr", "/v1/audio/transcriptions", "/v1/audio/translations"])
@pytest.mark.parametrize("kind", ["audio/wav", "Audio/MPEG; rate=16000", "video/mp4"])
def test_a_body_that_is_the_sound_itself_is_taken(
    client: TestClient, hears: ToldRecogniser, address: str, kind: str
) -> None:
    sound = b"--earshot\r\n\x00" * 100_000
    answer = client.post(address, headers=AUTHORIZED | {"content-type": kind}, content=sound)
    assert answer.status_code == 200, answer.text
    assert hears.heard == [sound]
    whole = [sound[:10], sound[10:20], b"", sound[20:]]
    again = client.post(address, headers=AUTHORIZED | {"content-type": kind}, content=iter(whole))
    assert again.status_code == 200
    assert hears.heard == [sound, sound]


def test_sound_that_does_not_say_what_it_is_is_told_how(client: TestClient) -> None:
    """As `curl --data-binary @talk.wav` sends it without a type."""
    headers = AUTHORIZED | {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/asr", headers=headers, content=b"\x00" * 100_000)
    assert answer.status_code == 413
    assert "with the Content-Type that it has" in answer.json()["error"]["message"]


def test_sound_is_taken_as_a_body_where_sound_is_taken_alone(client: TestClient) -> None:
    headers = AUTHORIZED | {"content-type": "audio/wav"}
    assert client.post("/uploads", headers=headers, content=b"RIFF").status_code == 422
    assert client.post("/uploads", headers=headers, content=b"0" * 100_000).status_code == 413


def test_one_request_brings_one_file(client: TestClient, hears: ToldRecogniser) -> None:
    files = [("file", b"one"), ("file", b"two")]
    assert client.post("/asr", headers=AUTHORIZED, files=files).status_code == 400
    assert hears.heard == []


def test_without_a_model_transcribing_is_unavailable_and_nothing_is_loaded(
    app: Any, settings: ApiSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recogniser, "settings", lambda: settings)
    recogniser.recogniser.cache_clear()
    del app.dependency_overrides[recogniser.recogniser]
    answer = TestClient(app).post("/asr", headers=AUTHORIZED, files={"file": b"mp3"})
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "unavailable"


class Fixed:
    """Stands in for the decoder and the model; sees the file that they would."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen: list[tuple[bytes, float]] = []
        self.paths: list[Path] = []
        module = type(sys)("earshot.speech.recognise")
        module.transcribe_file = self.transcribe_file  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "earshot.speech.recognise", module)

    def transcribe_file(self, path: Path, transcriber: Any, limits: Any) -> Any:
        self.paths.append(path)
        self.seen.append((path.read_bytes(), limits.max_seconds))
        return transcript("hello")


def test_the_model_reads_a_file_that_is_gone_afterwards(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from earshot.audio.limits import Limits

    fixed = Fixed(monkeypatch)
    model = recogniser.ModelRecogniser("demo", None, Limits(max_seconds=300))  # type: ignore[arg-type]
    app.dependency_overrides[recogniser.recogniser] = lambda: model
    files = {"file": ("../../etc/passwd", b"sound")}
    answer = TestClient(app).post("/asr", headers=AUTHORIZED, files=files)
    assert answer.json()["transcription"] == "hello"
    assert fixed.seen == [(b"sound", 300)]
    assert fixed.paths[0].name == "audio"
    assert not fixed.paths[0].exists()


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "EARSHOT_TABLE": "t",
        "EARSHOT_AUDIO_BUCKET": "a",
        "EARSHOT_TRANSCRIPTS_BUCKET": "b",
        "EARSHOT_OPENSEARCH_URL": "http://127.0.0.1:9200",
        "EARSHOT_API_KEY_SECRET": "arn:aws:secretsmanager:…",
        "EARSHOT_MODEL": "models/demo",
        "EARSHOT_MAX_AUDIO_BYTES": "1000",
    }.items():
        monkeypatch.setenv(name, value)
    services.settings.cache_clear()
    try:
        found = services.settings()
    finally:
        services.settings.cache_clear()
    assert (found.table, found.model, found.max_audio_bytes) == ("t", "models/demo", 1000)
    assert found.index == "earshot-passages"
