"""The frames that the decoder's child and its caller exchange over one stream socket.

A frame is one byte of kind, four bytes of length, and the body.
"""

import socket
import struct
from enum import Enum

_HEAD = struct.Struct("<cI")


class Kind(Enum):
    READY = b"y"  # child to caller: it was forked and listens
    REQUEST = b"r"  # caller to child: JSON
    SAMPLES = b"s"  # child to caller: float32, interleaved, 16 kHz
    END = b"e"  # all samples were sent
    ERROR = b"x"  # JSON of code and message


def send(sock: socket.socket, kind: Kind, body: bytes | memoryview = b"") -> None:
    sock.sendall(_HEAD.pack(kind.value, len(body)))
    sock.sendall(body)


def receive(sock: socket.socket) -> tuple[Kind, bytearray] | None:
    """The next frame, or None where the stream ends, be it amid a frame."""
    head = _exactly(sock, _HEAD.size)
    if head is None:
        return None
    kind, length = _HEAD.unpack(head)
    body = _exactly(sock, length)
    return None if body is None else (Kind(kind), body)


def _exactly(sock: socket.socket, length: int) -> bytearray | None:
    body = bytearray(length)
    view = memoryview(body)
    while view:
        got = sock.recv_into(view)
        if not got:
            return None
        view = view[got:]
    return body
