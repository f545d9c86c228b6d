"""The dialect of whisper-asr-webservice, as its clients send it."""

import io
import wave
from typing import Any

import pytest
import requests
from fastapi.testclient import TestClient

from tests.unit.api.stage import AUTHORIZED, KEY, ToldRecogniser, transcript

PCM = b"\x01\x02" * 8000  # half a second as Bazarr's FFmpeg writes it: -f s16le -ac 1 -ar 16000
# A path, for Bazarr hands the video's over if it is told to.
BAZARR: dict[str, Any] = {"task": "transcribe", "language": "en", "output": "srt"}


def send(client: TestClient, path: str, body: Any, **request: Any) -> Any:
    """What `requests` makes of a call, which Bazarr uses, sent through the app."""
    made = requests.Request("POST", f"http://testserver{path}", files=body, **request).prepare()
    assert made.url and isinstance(made.body, bytes)
    headers = {name: str(value) for name, value in made.headers.items()}
    return client.request("POST", made.url, content=made.body, headers=headers)


def asr(client: TestClient, **parameters: str) -> Any:
    return send(client, "/asr", {"audio_file": ("a b.mp3", b"mp3")}, headers=AUTHORIZED,
                params=parameters)  # fmt: skip


def test_bazarr_gets_subtitles_of_bare_samples(client: TestClient, hears: ToldRecogniser) -> None:
    parameters = BAZARR | {"encode": "false", "video_file": "/films/a.mkv"}
    answer = send(client, "/asr", {"audio_file": PCM}, params=parameters, auth=("bazarr", KEY))
    assert answer.status_code == 200, answer.text
    assert answer.text.startswith("1\n00:00:00,000 --> ")
    with wave.open(io.BytesIO(hears.heard[0])) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (16_000, 1, 2)
        assert wav.readframes(9000) == PCM


def test_bazarr_is_told_the_language(client: TestClient, hears: ToldRecogniser) -> None:
    answer = send(
        client, "/detect-language", {"audio_file": PCM},
        params={"encode": "false", "video_file": None}, auth=("bazarr", KEY),
    )  # fmt: skip
    assert answer.json() == {
        "detected_language": "english",
        "language_code": "en",
        "confidence": 0.9,
    }
    hears.says = transcript()
    silent = send(client, "/detect-language", {"audio_file": PCM}, headers=AUTHORIZED)
    assert silent.json()["language_code"] == "und"


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("txt", "hello there\n"),
        ("vtt", "WEBVTT\n\n00:00:00.000 --> 00:00:00.900\nhello there\n"),
        ("tsv", "start\tend\ttext\n0\t900\thello there\n"),
    ],
)
def test_each_output_is_text_in_a_file_of_its_name(
    client: TestClient, output: str, text: str
) -> None:
    answer = asr(client, output=output)
    assert answer.text == text
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="a%20b.mp3.{output}"'
    assert answer.headers["asr-engine"] == "earshot"


def test_json_has_segments_and_words(client: TestClient) -> None:
    found = asr(client, output="json", word_timestamps="true").json()
    assert (found["text"], found["language"]) == ("hello there", "en")
    (segment,) = found["segments"]
    assert (segment["start"], segment["end"], segment["text"]) == (0.0, 0.9, "hello there")
    assert [word["word"] for word in segment["words"]] == ["hello", "there"]


def test_without_an_output_it_is_text(client: TestClient) -> None:
    assert asr(client).text == "hello there\n"


def test_a_film_in_another_language_is_refused(client: TestClient, hears: ToldRecogniser) -> None:
    answer = asr(client, language="de", output="srt")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unsupported_language")
    assert hears.heard == []


def test_samples_that_have_a_header_keep_it(client: TestClient, hears: ToldRecogniser) -> None:
    wav = b"RIFF\x00\x00\x00\x00WAVEfmt "
    send(client, "/asr", {"audio_file": wav}, params={"encode": "false"}, headers=AUTHORIZED)
    assert hears.heard == [wav]


@pytest.mark.parametrize(
    "authorization", ["Basic !", "Basic", "Basic YQ==", "Basic Og==", "basic YTp3cm9uZw=="]
)
def test_a_wrong_password_opens_nothing(client: TestClient, authorization: str) -> None:
    answer = client.post(
        "/asr", headers={"authorization": authorization}, files={"audio_file": b"mp3"}
    )
    assert answer.status_code == 401
