"""The cookies by which CloudFront lets a browser through, signed as it asks.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-setting-signed-cookie-custom-policy.html
"""

import base64
from datetime import datetime
from functools import cache

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

POLICY, SIGNATURE, KEY_PAIR_ID = (
    "CloudFront-Policy",
    "CloudFront-Signature",
    "CloudFront-Key-Pair-Id",
)


def signed_cookies(private_key: str, key_id: str, resource: str, until: datetime) -> dict[str, str]:
    """Names and values of the cookies that open `resource`, such as https://host/*, until then.

    `private_key` is PEM, `key_id` what CloudFront calls its public key.
    """
    key = _key(private_key)

    def sign(message: bytes) -> bytes:
        # SHA-1 is what CloudFront verifies. Nobody chooses what is signed, so a collision is of no
        # use to anyone.
        return key.sign(message, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303

    policy = CloudFrontSigner(key_id, sign).build_policy(resource, until).encode()
    return {POLICY: _encoded(policy), SIGNATURE: _encoded(sign(policy)), KEY_PAIR_ID: key_id}


@cache
def _key(private_key: str) -> RSAPrivateKey:
    """Read once: checking a key takes much longer than signing with it."""
    key = load_pem_private_key(private_key.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("CloudFront's cookies are signed with an RSA key here")
    return key


def _encoded(data: bytes) -> str:
    """CloudFront's base64, without what a URL and a cookie may not hold."""
    return base64.b64encode(data).decode().translate(str.maketrans("+=/", "-_~"))
