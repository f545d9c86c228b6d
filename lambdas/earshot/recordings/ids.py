"""Keys and ids of recordings: which keys are allowed, and the id that a key gives."""

import base64
import hashlib
import re

MAX_KEY_BYTES = 1024  # S3's own limit
BULK_PREFIX = "bulk/"  # keys that go by the bulk lane


def recording_id(key: str) -> str:
    """A short, URL-safe name for the object at `key` that survives overwrites, so links live on.

    80 bits of BLAKE2b in lower-case base32, 16 characters: a clash among a billion recordings has
    odds of about 4 in 10 million.
    """
    digest = hashlib.blake2b(key.encode(), digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()


def plain_key(key: str) -> str:
    """The key itself. Raises ValueError for one that S3, a URL or a shell would trip over."""
    if not key:
        raise ValueError("a key has at least one character")
    if len(key.encode()) > MAX_KEY_BYTES:
        raise ValueError(f"a key has at most {MAX_KEY_BYTES} bytes")
    if re.search(r"[\x00-\x1f\x7f]", key):
        raise ValueError("a key has no control characters")
    if "${" in key:
        raise ValueError("a key has no '${', which upload forms would fill in")
    if {"", ".", ".."} & set(key.split("/")):
        raise ValueError("a key has no empty, '.' or '..' part between its slashes")
    return key
