"""The messages between the decoder's child and its caller, over one stream socket.

A message is one byte of type, four bytes of length, and the body.
"""

import socket
import struct
from enum import Enum

_HEADER = struct.Struct("<cI")


class MessageType(Enum):
    READY = b"y"  # child to caller: ready for a request
    REQUEST = b"r"  # caller to child: JSON
    SAMPLES = b"s"  # child to caller: float32, interleaved, 16 kHz
    LENGTH = b"l"  # child to caller: JSON, about how many seconds of samples will come
    COPY = b"c"  # child to caller: eight bytes of position, then bytes of a playback copy
    END = b"e"  # child to caller: everything was sent; JSON of what was found out
    ERROR = b"x"  # child to caller: JSON of code and message


def send(sock: socket.socket, kind: MessageType, body: bytes | memoryview = b"") -> None:
    """Sends one message. Raises OSError, BrokenPipeError if the other side has closed."""
    sock.sendall(_HEADER.pack(kind.value, len(body)))
    sock.sendall(body)


def receive(sock: socket.socket) -> tuple[MessageType, bytearray] | None:
    """The next message, or None if the stream ends, before or inside it. Raises OSError."""
    header = _exactly(sock, _HEADER.size)
    if header is None:
        return None
    kind, length = _HEADER.unpack(header)
    body = _exactly(sock, length)
    return None if body is None else (MessageType(kind), body)


def _exactly(sock: socket.socket, length: int) -> bytearray | None:
    body = bytearray(length)
    view = memoryview(body)
    while view:
        received = sock.recv_into(view)
        if not received:
            return None
        view = view[received:]
    return body
