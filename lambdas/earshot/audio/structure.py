"""Reads how a file is built, without its sound: how long its header says it is, and whether it is
whole. FFmpeg reads on behind damage without a word. Runs only in the sandboxed child.
"""

import struct
import zlib
from typing import BinaryIO

_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_OGG_HEADER_BYTES = 27
_MAX_ID3_BYTES = 1 << 28
_PLACEHOLDER_BYTES = 0x7FFF0000  # a WAV that was streamed claims this much, or more
_LEAST_MP3_BYTES_PER_S = 900  # a little under the lowest bit rate of an mp3

_SEGMENT, _CLUSTER = 0x18538067, 0x1F43B675
_TOP_LEVEL = {0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B, 0x1254C367, 0x1941A469, 0x1043A770}
_IN_CLUSTER = {0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0xAF, 0x5854}
_ANYWHERE = {0xEC, 0xBF}  # Void, CRC-32


def declared_seconds(file: BinaryIO, kind: str) -> float | None:
    """How long an mp3, a FLAC or a WAV file says it is, if it can be believed; else None."""
    file.seek(0)
    try:
        match kind:
            case "flac":
                return _flac_seconds(file)
            case "mp3":
                return _mp3_seconds(file)
            case "wav":
                return _wav_seconds(file)
    except (struct.error, IndexError, ZeroDivisionError):
        pass
    return None


def is_whole(file: BinaryIO, kind: str) -> bool:
    """Whether the structure of an Ogg or Matroska file is unbroken up to its end."""
    file.seek(0)
    try:
        match kind:
            case "ogg":
                return _whole_ogg(file)
            case "matroska":
                return _whole_matroska(file)
    except (struct.error, IndexError):
        return False
    return True


def _flac_seconds(file: BinaryIO) -> float | None:
    head = file.read(42)
    if head[:4] != b"fLaC" or head[4] & 0x7F:
        return None
    packed = int.from_bytes(head[18:26])  # rate: 20 bits, channels: 3, bits: 5, samples: 36
    rate, samples = packed >> 44, packed & ((1 << 36) - 1)
    return samples / rate if samples else None


def _wav_seconds(file: BinaryIO) -> float | None:
    at, bytes_per_s = 12, 0
    while len(head := _read_at(file, at, 8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"fmt ":
            (bytes_per_s,) = struct.unpack("<8xI", file.read(12))
        if name == b"data":
            return length / bytes_per_s if 0 < length < _PLACEHOLDER_BYTES else None
        at += 8 + length + length % 2
    return None


def _mp3_seconds(file: BinaryIO) -> float | None:
    """By the Xing header, which also says how many bytes there should be."""
    head = file.read(10)
    at = 0
    if head[:3] == b"ID3":
        size = sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        at = 10 + min(size, _MAX_ID3_BYTES)
    frame = _read_at(file, at, 192)
    found = max(frame.find(b"Xing"), frame.find(b"Info"))
    if found < 4 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return None
    flags, frames, size = struct.unpack(">III", frame[found + 4 : found + 16])
    if flags & 3 != 3:
        return None
    is_mpeg1 = frame[1] & 0x18 == 0x18
    halved = {0x18: 0, 0x10: 1, 0x00: 2}[frame[1] & 0x18]
    rate = (44_100, 48_000, 32_000)[frame[2] >> 2 & 3] >> halved
    seconds = frames * (1152 if is_mpeg1 else 576) / rate
    return seconds if size >= seconds * _LEAST_MP3_BYTES_PER_S else None


def _whole_ogg(file: BinaryIO) -> bool:
    """Every page has its checksum (https://www.rfc-editor.org/rfc/rfc3533#section-6)."""
    ended = False
    while header := file.read(_OGG_HEADER_BYTES):
        if len(header) < _OGG_HEADER_BYTES or header[:4] != b"OggS":
            return ended  # tags of other programs may follow the last page
        ended = bool(header[5] & 4)
        lengths = file.read(header[26])
        body = file.read(sum(lengths))
        if len(lengths) < header[26] or len(body) < sum(lengths):
            return False
        page = header[:22] + bytes(4) + header[26:] + lengths + body
        if _ogg_checksum(page) != int.from_bytes(header[22:26], "little"):
            return False
    return True


def _ogg_checksum(page: bytes) -> int:
    """zlib has the same polynomial, with the bits the other way round and inverted."""
    reflected = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{reflected:032b}"[::-1], 2)


def _whole_matroska(file: BinaryIO) -> bool:
    """Elements follow each other to the end: the Segment's, and those within its Clusters."""
    size = file.seek(0, 2)
    at, known = 0, {0x1A45DFA3}
    while at < size:
        file.seek(at)
        name, length, body = _element(file.read(12), at)
        if name not in known | _ANYWHERE:
            return False
        if name in (_SEGMENT, _CLUSTER) or length is None:
            if length is not None and body + length > size:
                return False
            at = body  # into it
        else:
            at = body + length
        if name == 0x1A45DFA3:
            known = {_SEGMENT, 0x1A45DFA3}
        elif name == _SEGMENT:
            known = _TOP_LEVEL | {_CLUSTER, _SEGMENT, 0x1A45DFA3}
        elif name == _CLUSTER:
            known = _TOP_LEVEL | _IN_CLUSTER | {_CLUSTER, _SEGMENT, 0x1A45DFA3}
    return at == size


def _element(head: bytes, at: int) -> tuple[int, int | None, int]:
    """An EBML element's id, its length (None if unknown) and where its body begins (RFC 8794)."""
    id_bytes = 9 - head[0].bit_length()
    name = int.from_bytes(head[:id_bytes])
    length_bytes = 9 - head[id_bytes].bit_length()
    if id_bytes > 4 or length_bytes > 8:
        return -1, 0, at
    packed = int.from_bytes(head[id_bytes : id_bytes + length_bytes])
    length = packed & ((1 << 7 * length_bytes) - 1)
    unknown = length == (1 << 7 * length_bytes) - 1
    return name, None if unknown else length, at + id_bytes + length_bytes


def _read_at(file: BinaryIO, at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)
