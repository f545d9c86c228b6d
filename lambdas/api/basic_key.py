"""The key as the password of an address, `https://any:KEY@host`: for programs without a header."""

import base64
import binascii


def password(authorization: str) -> str:
    """The password of an `Authorization: Basic …` header (RFC 7617); empty for any other."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
    return decoded.partition(":")[2]
