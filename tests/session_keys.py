"""The pair of keys that sessions are signed and checked with in tests."""

from functools import cache

from earshot.access.key_pair import KeyPair, make


@cache
def pair() -> KeyPair:
    """Made once: it takes a moment."""
    return make()
