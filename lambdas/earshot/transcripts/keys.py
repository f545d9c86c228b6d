"""Which keys a recording may have."""

import re

MAX_KEY_BYTES = 1024  # S3's own limit


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
