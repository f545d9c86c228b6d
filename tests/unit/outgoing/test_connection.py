"""A request goes to the address that was checked, follows nothing and ends in time."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPException
from typing import Any

import pytest

from earshot.outgoing.addresses import RefusedAddress
from earshot.outgoing.connection import request


@pytest.fixture
def server() -> Iterator[tuple[int, list[bytes], list[bytes]]]:
    """A port, what it answers with, byte for byte, and what it was sent."""
    answers: list[bytes] = []
    asked: list[bytes] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:

        def serve() -> None:
            for answer in list(answers):
                with closing(listening.accept()[0]) as caller:
                    asked.append(b"")
                    while not asked[-1].endswith(b"{}"):  # the body of each
                        asked[-1] += caller.recv(65536)
                    for byte in answer:
                        try:
                            caller.sendall(bytes([byte]))
                        except OSError:
                            break
                        time.sleep(0.05 if b"SLOW" in answer else 0)

        def start(*texts: bytes) -> int:
            answers.extend(texts)
            threading.Thread(target=serve, daemon=True).start()
            return int(listening.getsockname()[1])

        yield start, asked  # type: ignore[misc]


def call(url: str, **options: Any) -> Any:
    with request("POST", url, {}, b"{}", local=True, **{"deadline_s": 5, **options}) as answer:
        return answer.status


def test_a_redirect_is_an_answer_and_is_not_followed(server: Any) -> None:
    start, asked = server
    port = start(b"HTTP/1.1 307 Away\r\nLocation: http://169.254.169.254/\r\n\r\n")
    assert call(f"http://127.0.0.1:{port}/a?b=c") == 307
    assert asked[0].startswith(b"POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:")


def test_an_answer_that_drips_is_cut_off(server: Any) -> None:
    start, _ = server
    port = start(b"HTTP/1.1 200 OK\r\nX: " + b"SLOW" * 100)
    began = time.monotonic()
    with pytest.raises((OSError, HTTPException)):
        call(f"http://127.0.0.1:{port}/", deadline_s=0.5)
    assert time.monotonic() - began < 3


def test_what_resolves_to_something_else_the_second_time_is_called_where_it_was_checked(
    server: Any,
) -> None:
    start, asked = server
    port = start(b"HTTP/1.1 204 Yes\r\n\r\n")
    times = 0

    def resolve(host: str, port: int, family: int, kind: Any) -> Any:
        nonlocal times
        times += 1
        return [(socket.AF_INET, kind, 6, "", ("127.0.0.1" if times == 1 else "10.0.0.1", port))]

    assert call(f"http://rebinding.example:{port}/", resolve=resolve) == 204
    assert times == 1, "asked once, and then never again"
    assert b"Host: rebinding.example:" in asked[0]


def test_a_name_that_leads_inside_is_not_connected_to() -> None:
    def inside(host: str, port: int, family: int, kind: Any) -> Any:
        return [(socket.AF_INET, kind, 6, "", ("169.254.169.254", port))]

    with (
        pytest.raises(RefusedAddress),
        request("GET", "https://metadata.example/", {}, deadline_s=1, resolve=inside),
    ):
        pass
