"""What popular programs send, made by the libraries that they use, from what their sources say.

Open WebUI: backend/open_webui/routers/audio.py. Home Assistant: the integration
openai_whisper_cloud's stt.py. LangChain: OpenAIWhisperParser of langchain-community. Bazarr has
tests of its own (test_whisper_asr).
"""

import io
import wave
from typing import Any

import pytest
import requests
from fastapi.testclient import TestClient
from openai import OpenAI

from tests.unit.api.stage import KEY, ToldRecogniser


def sound(rate: int = 16_000) -> bytes:
    """As the microphones of both are recorded."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setframerate(rate)
        written.setsampwidth(2)
        written.writeframes(bytes(rate))
    return file.getvalue()


@pytest.mark.parametrize("more", [{}, {"language": "en"}])
def test_open_webui_dictates(
    client: TestClient, hears: ToldRecogniser, more: dict[str, str]
) -> None:
    made = requests.Request(
        "POST",
        "http://testserver/v1/audio/transcriptions",
        headers={
            "Authorization": f"Bearer {KEY}",
            # With ENABLE_FORWARD_USER_INFO_HEADERS.
            "X-OpenWebUI-User-Name": "Ann",
            "X-OpenWebUI-User-Id": "1",
            "X-OpenWebUI-User-Email": "ann@example.org",
            "X-OpenWebUI-User-Role": "user",
        },
        files={"file": ("2f7c2f0e-8d0c-4f57-9b51-2d0c5f3f3c1b.wav", io.BytesIO(sound()))},
        data={"model": "whisper-1", **more},
    )
    with requests.Session() as session:
        sent = session.prepare_request(made)
    assert sent.url and isinstance(sent.body, bytes)
    headers = {name: str(value) for name, value in sent.headers.items()}
    answer = client.request("POST", sent.url, content=sent.body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["text"] == "hello there"
    assert hears.heard == [sound()]


def test_home_assistant_listens(sdk: OpenAI, hears: ToldRecogniser) -> None:
    heard = sdk.audio.transcriptions.create(
        file=("tmpabcdefgh.wav", io.BytesIO(sound())),
        model="gpt-4o-mini-transcribe",
        language="en",
        temperature=0,
        prompt="",
    )
    assert heard.text == "hello there"
    assert hears.heard == [sound()]


@pytest.mark.parametrize("form", ["json", "text", "srt", "verbose_json", "vtt"])
def test_langchain_parses_sound(sdk: OpenAI, form: Any) -> None:
    file = io.BytesIO(sound())
    file.name = "talk_part_0.mp3"
    more: dict[str, Any] = {"language": "en", "prompt": "", "temperature": 0.0}
    heard: Any = sdk.audio.transcriptions.create(
        model="whisper-1", file=file, response_format=form, **more
    )
    # The parser takes `.text` where there is one, and the answer as it is where it is text.
    assert "hello there" in (heard if isinstance(heard, str) else heard.text).lower()


@pytest.fixture
def sdk(client: TestClient) -> OpenAI:
    return OpenAI(base_url="http://testserver/v1", api_key=KEY, http_client=client, max_retries=0)
