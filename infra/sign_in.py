"""Who comes in, where reading is not public: the key that the CDN checks cookies by, and the
function that hands them out."""

import hashlib
from typing import Any

from aws_cdk import (
    Duration,
    Names,
    aws_apigatewayv2,
    aws_cloudfront,
    aws_dynamodb,
    aws_secretsmanager,
)
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from earshot.access.key_pair import secret_name
from earshot.access.session import pem
from earshot.settings import environment_of
from infra.function import allow, zip_function
from infra.origins import api_origin
from infra.people import GROUPS_CLAIM, People
from infra.settings import Settings
from sign_in.settings import SignInSettings

NO_CACHE = aws_cloudfront.CachePolicy.CACHING_DISABLED
ALL_BUT_HOST = aws_cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER
FUNCTION_TIMEOUT_S = 29  # an HTTP API waits 30 s


class CookieKey(Construct):
    """The public key of the sessions, as CloudFront knows it."""

    def __init__(self, scope: Construct, name: str, *, public_key: str) -> None:
        super().__init__(scope, name)
        # CloudFront changes no key: another one is another resource, with another name.
        fingerprint = hashlib.sha256(public_key.encode()).hexdigest()[:8]
        prefix = Names.unique_resource_name(scope, max_length=36)
        self.key = aws_cloudfront.PublicKey(
            self,
            f"Key{fingerprint}",
            encoded_key=pem(public_key),
            public_key_name=f"{prefix}-{fingerprint}",
        )
        self.group = aws_cloudfront.KeyGroup(
            self, "Group", items=[self.key], key_group_name=f"{prefix}-sessions-{fingerprint}"
        )


class SignIn(Construct):
    """`/auth/*`: the only function that can read the private key, and so make a session."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        site: str,
        cookie_key: CookieKey,
        keys: aws_dynamodb.ITable,
        http_api: aws_apigatewayv2.HttpApi,
        settings: Settings,
    ) -> None:
        """`site` is the page's address, without a path; `keys` has the named keys."""
        super().__init__(scope, name)
        assert settings.session_key  # noqa: S101 - conflicts.py sees to it
        own = settings.signs_in and not settings.sign_in_issuer
        self.people = People(self, "People", site=site, settings=settings) if own else None
        private = aws_secretsmanager.Secret.from_secret_name_v2(
            self, "PrivateKey", secret_name(settings.session_key)
        )
        client = settings.sign_in_client_secret
        shared = client and aws_secretsmanager.Secret.from_secret_name_v2(self, "Client", client)
        self.function = zip_function(
            self,
            "Function",
            handler="sign_in",
            environment=environment_of(
                SignInSettings,
                reading=settings.reading,
                site_url=site,
                session_secret=private.secret_name,
                session_key=settings.session_key,
                cdn_key_id=cookie_key.key.public_key_id,
                keys_table=None if settings.signs_in else keys.table_name,
                **(self._provider(settings) if settings.signs_in else {}),
            ),
            memory_mib=1024,
            timeout=Duration.seconds(FUNCTION_TIMEOUT_S),
            settings=settings,
        )
        for secret in filter(None, (private, shared)):
            allow(self.function, f"{secret.secret_arn}-??????", "secretsmanager:GetSecretValue")
        if not settings.signs_in:
            allow(self.function, keys.table_arn, "dynamodb:GetItem", "dynamodb:UpdateItem")
        http_api.add_routes(
            path="/auth/{proxy+}",
            methods=[aws_apigatewayv2.HttpMethod.GET, aws_apigatewayv2.HttpMethod.POST],
            integration=HttpLambdaIntegration("SignInIntegration", self.function),
        )

    def _provider(self, settings: Settings) -> dict[str, Any]:
        """Which provider people sign in with, as the function is told."""
        if self.people:
            issuer, client = self.people.issuer, self.people.client.user_pool_client_id
            claim = GROUPS_CLAIM
        else:
            assert settings.sign_in_issuer and settings.sign_in_client_id  # noqa: S101 - conflicts
            issuer, client = settings.sign_in_issuer, settings.sign_in_client_id
            claim = settings.sign_in_groups_claim
        return {
            "issuer": issuer,
            "client_id": client,
            "client_secret": settings.sign_in_client_secret,
            "groups_claim": claim,
            "readers": settings.sign_in_readers,
            "editors": settings.sign_in_editors,
            "session_hours": settings.sign_in_hours,
        }


def sign_in_behavior(
    scope: Construct,
    api: aws_apigatewayv2.HttpApi,
    https: aws_cloudfront.ViewerProtocolPolicy,
    headers: aws_cloudfront.ResponseHeadersPolicy,
    settings: Settings,
) -> aws_cloudfront.BehaviorOptions:
    """How the CDN treats `/auth/*`, which is open to strangers: it is where they come in."""
    return aws_cloudfront.BehaviorOptions(
        origin=api_origin(scope, api, settings),
        viewer_protocol_policy=https,
        allowed_methods=aws_cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=NO_CACHE,
        origin_request_policy=ALL_BUT_HOST,
        response_headers_policy=headers,
    )
