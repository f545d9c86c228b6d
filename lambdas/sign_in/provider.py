"""The OpenID Connect provider: sends people there, and believes what it says when they return.

The authorization code flow with PKCE (RFC 7636), state and nonce, by Authlib. What a person began
is remembered in a signed cookie of ten minutes, and used up by the return.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from httpx2 import HTTPError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import Response

from earshot.errors import Unauthorized, Unavailable

PATIENCE_S = 10
# An ID token is signed by the provider's private key, whatever the provider announces beside it:
# "none" is no signature, and HS256 would make our own secret the key.
ASYMMETRIC = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")


class Provider:
    """The provider at `issuer`, to which we are the client `client_id`."""

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client = OAuth().register(
            "provider",
            client_id=client_id,
            client_secret=client_secret,
            server_metadata_url=f"{self._issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "timeout": PATIENCE_S,
                # Without a secret a client is a public one, which PKCE protects.
                **({} if client_secret else {"token_endpoint_auth_method": "none"}),
            },
        )

    async def send(self, request: Request, callback: str) -> Response:
        """A redirect to where people sign in. Raises Unavailable."""
        await self._metadata()
        try:
            answer: Response = await self._client.authorize_redirect(request, callback)
        except HTTPError as error:
            raise Unavailable("The sign-in service does not answer; try again soon.") from error
        return answer

    async def claims(self, request: Request) -> Mapping[str, Any]:
        """What the ID token says of the person who returns with this request.

        Raises Unauthorized for a return that was not begun here, was used before, or whose token is
        not the provider's, not for us, or over; Unavailable.
        """
        await self._metadata()
        wanted = {
            "iss": {"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
            "aud": {"essential": True, "value": self._client_id},
        }
        try:
            token = await self._client.authorize_access_token(
                request, claims_options=wanted, leeway=60
            )
        except (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthorized("That sign-in did not work.") from error
        except HTTPError as error:
            raise Unavailable("The sign-in service does not answer; try again soon.") from error
        if not token.get("userinfo"):
            raise Unauthorized("The sign-in service did not say who you are.")
        found: Mapping[str, Any] = token["userinfo"]
        return found

    async def farewell(self, home: str) -> str:
        """Where to go so that the provider signs the person out, too: `home` if it has no such."""
        end = (await self._metadata()).get("end_session_endpoint")
        if not end:
            return home
        # Cognito names the address of the return otherwise than the standard does.
        query = {"client_id": self._client_id, "post_logout_redirect_uri": home, "logout_uri": home}
        return f"{end}?{urlencode(query)}"

    async def _metadata(self) -> Mapping[str, Any]:
        try:
            metadata: dict[str, Any] = await self._client.load_server_metadata()
        except (HTTPError, ValueError) as error:
            raise Unavailable("The sign-in service does not answer; try again soon.") from error
        announced = metadata.get("id_token_signing_alg_values_supported", ASYMMETRIC[:1])
        metadata["id_token_signing_alg_values_supported"] = [
            one for one in announced if one in ASYMMETRIC
        ] or [ASYMMETRIC[0]]
        return metadata
