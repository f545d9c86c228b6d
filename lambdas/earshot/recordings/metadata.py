"""Object metadata beyond ASCII, which S3 keeps as HTTP headers.

S3 decodes values that are encoded as RFC 2047 says before it stores them, shows them so in its
console, and encodes them that way when it returns them. Stores that don't give back the encoded
value, which is decoded here all the same.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
"""

import unicodedata
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header

_MAX_WORD_CHARS = 75  # RFC 2047, section 2


def encoded(values: Mapping[str, str]) -> dict[str, str]:
    """Values as S3 takes them: ASCII as it is, others as encoded words (RFC 2047, section 2)."""
    return {name: _encoded(value) for name, value in values.items()}


def decoded(values: Mapping[str, str]) -> dict[str, str]:
    """Values as they were meant, from what S3 returns."""
    return {name: _decoded(value) for name, value in values.items()}


def tidied(value: str) -> str:
    """One blank between words, and letters with their accents: what looks the same is one facet."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def _encoded(value: str) -> str:
    if value.isascii() and "=?" not in value:
        return value
    return Header(value, "utf-8", maxlinelen=_MAX_WORD_CHARS).encode(linesep="")


def _decoded(value: str) -> str:
    if "=?" not in value:
        return _sent_raw(value)
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError):
        return value  # it only looks encoded
    return _sent_raw(text)


def _sent_raw(text: str) -> str:
    """The text of a header in which a client sent UTF-8 as it is: S3 takes that for Latin-1."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
