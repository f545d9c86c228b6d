"""Thirty clients of the API at once, on a machine that has room for a few processes."""

import io
import wave
from concurrent.futures import ThreadPoolExecutor

import httpx

from earshot.cli.outputs import Outputs

CLIENTS = 30


def second_of_silence() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    return written.getvalue()


def test_thirty_clients_at_once_all_get_their_answers_and_so_does_the_next(stack: Outputs) -> None:
    sound = second_of_silence()
    headers = {"authorization": f"Bearer {stack.api_key}"}

    def ask(_: int) -> list[int]:
        with httpx.Client(base_url=stack.api_url, headers=headers, timeout=60) as client:
            searched = client.get("/search", params={"q": "anything"})
            heard = client.post("/asr", files={"file": ("a.wav", sound, "audio/wav")})
            return [searched.status_code, heard.status_code]

    with ThreadPoolExecutor(CLIENTS) as clients:
        assert list(clients.map(ask, range(CLIENTS))) == [[200, 200]] * CLIENTS
    assert ask(0) == [200, 200]
