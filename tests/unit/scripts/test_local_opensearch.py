"""Where a local search node listens."""

import socket
from pathlib import Path

from scripts.local.opensearch import HTTP_PORTS, free_port

HOME, OTHER = Path("/a/.local/node"), Path("/b/.local/node")


def test_a_home_keeps_its_port_and_another_has_another() -> None:
    assert free_port(HTTP_PORTS, HOME) == free_port(HTTP_PORTS, HOME)
    assert free_port(HTTP_PORTS, HOME) != free_port(HTTP_PORTS, OTHER)


def test_a_taken_port_is_left_to_who_has_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port(HTTP_PORTS, HOME)))
        taken.listen()
        assert free_port(HTTP_PORTS, HOME) != taken.getsockname()[1]
