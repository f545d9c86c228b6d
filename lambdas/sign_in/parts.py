"""What the routes work with: the private key, and the provider or the table of keys."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from earshot.access.keys import Key, id_of
from earshot.access.store import Keys
from earshot.errors import RateLimited, Unavailable
from sign_in.settings import SignInSettings

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table
    from types_boto3_secretsmanager.client import SecretsManagerClient

    from sign_in.provider import Provider


@dataclass(frozen=True)
class Parts:
    """`table` has the named keys, where reading takes one."""

    settings: SignInSettings
    secrets: "SecretsManagerClient"
    table: "Table | None" = None

    def private_key(self) -> str:
        return self._private_key

    def flow_secret(self) -> str:
        """What signs the cookie of a person who is at the provider: made of the private key."""
        kdf = HKDF(hashes.SHA256(), 32, salt=None, info=b"earshot sign-in flow")
        return kdf.derive(self._private_key.encode()).hex()

    @cached_property
    def provider(self) -> "Provider":
        # Every page asks who is signed in; what speaks OpenID Connect is for who signs in or out.
        from sign_in.provider import Provider

        settings = self.settings
        if not settings.issuer or not settings.client_id:
            raise Unavailable("Nobody signs in here.")
        secret = self._secret(settings.client_secret) if settings.client_secret else None
        return Provider(settings.issuer, settings.client_id, secret)

    async def farewell(self, home: str) -> str:
        """Where a person goes who signs out."""
        if self.settings.reading == "key":
            return home
        try:
            return await self.provider.farewell(home)
        except Unavailable:
            return home  # signed out here, at least

    def key(self, text: str, now: datetime) -> Key | None:
        """The valid key that this text is. Raises RateLimited when it was used too often."""
        key_id = id_of(text)
        keys = self._keys
        key = keys.get(key_id) if key_id else None
        if key is None or not key.opens_with(text) or not key.is_valid(now):
            return None
        if not keys.use(key, now):
            raise RateLimited("This key was used as often as it may be this minute.", 60)
        return key

    def is_valid(self, key_id: str, now: datetime) -> bool:
        key = self._keys.get(key_id)
        return key is not None and key.is_valid(now)

    @property
    def _keys(self) -> Keys:
        if self.table is None:
            raise Unavailable("No key opens anything here: no table is set up for them.")
        return Keys(self.table)

    @cached_property
    def _private_key(self) -> str:
        return self._secret(self.settings.session_secret)

    def _secret(self, name: str) -> str:
        return str(self.secrets.get_secret_value(SecretId=name)["SecretString"])
