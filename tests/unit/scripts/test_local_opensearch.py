"""Where a local search node listens."""

import socket
from pathlib import Path

from scripts.local.opensearch import http_port

HOME, OTHER = Path("/a/.local/node"), Path("/b/.local/node")


def test_a_home_keeps_its_port_and_another_has_another() -> None:
    assert http_port(HOME) == http_port(HOME)
    assert http_port(HOME) != http_port(OTHER)


def test_a_taken_port_is_left_to_who_has_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", http_port(HOME)))
        taken.listen()
        assert http_port(HOME) != taken.getsockname()[1]
