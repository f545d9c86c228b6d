"""The pair of keys of a private deployment: one signs sessions and CloudFront's cookies, the other
checks them."""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

BITS = 2048  # what CloudFront takes
SECRETS = "earshot/sign-in/"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """`private` is PEM; `public` is base64 in one line, as a setting holds it."""

    private: str
    public: str


def make() -> KeyPair:
    """A new pair."""
    key = rsa.generate_private_key(65537, BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode(), base64.b64encode(public).decode())


def secret_name(public: str) -> str:
    """The secret that holds the other half: each pair has one, so a new pair replaces none."""
    return SECRETS + hashlib.sha256(base64.b64decode(public)).hexdigest()[:16]
