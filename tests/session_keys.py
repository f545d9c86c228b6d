"""The pair of keys that sessions are signed and checked with in tests."""

from functools import cache

from earshot.access.key_pair import KeyPair, make


@cache
def pair() -> KeyPair:
    """Made once: it takes a moment."""
    return make()


PUBLIC = (  # of a pair whose private half nobody kept, for templates: the same in every process
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAumWvDhXYXjBKhyBsRcEyNZ8baz+/TxLVeQTo"
    "mckIyhGcumQzt1zobKR3fKgTVdTuak+t/cehZckN5hqfoRHQ2O87XwBGHC8qPpm9/j/i7A75XD21HQqW"
    "Tok+ixSsgzwXjWNeHOQTWzRvL9cAGTSnztNX+O/eGqRncJTosI5H937WocXDPu8MRm7Q9Ew2QXxyxYGX"
    "O/vzg0y0YnQwgXZJiYggedzbpzPJvsS8sULDhmpDjpbB7N1HdNlQ2eYUSVmjEgnkpDxWeOJ+RndptS6T"
    "VESBLjavKOA1zs5S8bd1iLvAD5HLdngrxCk83dnAxXR1UBjp/pTBqVRc5yLfdlIFYwIDAQAB"
)
