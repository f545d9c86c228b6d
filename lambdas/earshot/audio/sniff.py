"""Guesses a file's type from its first bytes.

For the error message after decoding failed, and for files whose name tells nothing. The libraries,
not this table, decide what can be read.
"""

import codecs
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
    (0, b"tBaK"),
    (0, b"FLV\x01"),
    (0, b".RMF"),
    (0, b"Creative Voice File"),
    (0, b"NIST_1A"),
    (0, b"\x00\x00\x01\xba"),  # MPEG program stream
    (0, b"MThd"),  # MIDI: notes, not audio
    (4, b"ftyp"),  # MP4, M4A, 3GP
)

# Pictures in containers that audio has too: WebP, HEIC, AVIF, Canon's CR3.
_PICTURES: tuple[tuple[int, bytes], ...] = (
    (8, b"WEBP"),
    *((4, b"ftyp" + brand) for brand in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"crx ")),
)
_TS_PACKET_BYTES = 188


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
    if _is_utf16(head):  # whose mark looks like an MPEG frame
        return FileKind.TEXT
    if _has(_PICTURES, head):
        return FileKind.UNKNOWN
    if _has(_MAGIC, head) or _has_mpeg_frames(head) or _has_ts_packets(head):
        return FileKind.AUDIO
    return FileKind.TEXT if _is_text(head) else FileKind.UNKNOWN


def _has(magics: tuple[tuple[int, bytes], ...], head: bytes) -> bool:
    return any(head[at : at + len(magic)] == magic for at, magic in magics)


def _has_ts_packets(head: bytes) -> bool:
    """MPEG transport streams have a sync byte at the start of each packet."""
    return len(head) > 2 * _TS_PACKET_BYTES and set(
        head[: 3 * _TS_PACKET_BYTES : _TS_PACKET_BYTES]
    ) == {0x47}


def _is_utf16(head: bytes) -> bool:
    """Text with a byte order mark, nearly all of it printable."""
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    odd = sum(not letter.isprintable() and not letter.isspace() for letter in text)
    return "\ufffd" not in text[:-1] and odd == 0


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
