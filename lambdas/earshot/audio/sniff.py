"""Guesses a file's type from its first bytes, for the error message.

Only used after decoding failed. The libraries, not this table, decide what can be read.
"""

from enum import StrEnum
from pathlib import Path

HEAD_BYTES = 4096

_MAGIC: tuple[tuple[int, bytes], ...] = (
    (0, b"RIFF"),
    (0, b"RIFX"),
    (0, b"RF64"),
    (0, b"riff\x2e\x91\xcf\x11"),  # Wave64
    (0, b"FORM"),  # AIFF
    (0, b"fLaC"),
    (0, b"OggS"),
    (0, b"ID3"),
    (0, b".snd"),
    (0, b"caff"),
    (0, b"#!AMR"),
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # ASF: wma
    (0, b"wvpk"),
    (0, b"MAC "),  # Monkey's Audio
    (0, b"TTA1"),
    (0, b"MPCK"),
    (0, b"MP+"),
    (0, b"DSD "),
    (0, b"FRM8"),  # DSDIFF
    (0, b"ADIF"),
    (0, b"\x0b\x77"),  # AC-3
    (0, b"MThd"),  # MIDI: notes, not audio
    (4, b"ftyp"),  # MP4, M4A, 3GP
)


class FileKind(StrEnum):
    EMPTY = "empty"
    AUDIO = "audio"  # an audio format, or a container that can hold audio
    TEXT = "text"
    UNKNOWN = "unknown"


def sniff(path: Path) -> FileKind:
    """The type of the file at `path`, by its first HEAD_BYTES. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return FileKind.EMPTY
    if any(head[at : at + len(magic)] == magic for at, magic in _MAGIC):
        return FileKind.AUDIO
    if _has_mpeg_frames(head):
        return FileKind.AUDIO
    return FileKind.TEXT if _is_text(head) else FileKind.UNKNOWN


def _has_mpeg_frames(head: bytes) -> bool:
    """MPEG audio and ADTS frames start with 11 set bits."""
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4  # the last character may be cut off
    return True
