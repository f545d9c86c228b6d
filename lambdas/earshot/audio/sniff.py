"""Tells what a file is by its first bytes, so that a refusal can say why.

Only used after decoding failed: libraries, not this table, decide what can be read.
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
    (0, b"MThd"),  # MIDI: notes, not sound
    (4, b"ftyp"),  # MP4, M4A, 3GP
)


class Kind(StrEnum):
    EMPTY = "empty"
    AUDIO = "audio"  # a container that can hold sound
    TEXT = "text"
    UNKNOWN = "unknown"


def sniff(path: Path) -> Kind:
    """The kind of file at `path`, judged by its first 4 KiB."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return Kind.EMPTY
    if any(head[at : at + len(magic)] == magic for at, magic in _MAGIC):
        return Kind.AUDIO
    if _has_mpeg_frames(head):
        return Kind.AUDIO
    return Kind.TEXT if _is_text(head) else Kind.UNKNOWN


def _has_mpeg_frames(head: bytes) -> bool:
    """An MPEG audio or ADTS frame starts with 11 set bits."""
    return len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 4  # a character cut by the end of the head
    return True
