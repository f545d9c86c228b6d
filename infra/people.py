"""The people who may sign in, where the operator has no provider of their own: an Amazon Cognito
user pool, which the operator fills."""

from aws_cdk import Aws, Duration, Stack, aws_cognito
from constructs import Construct

from infra.keeping import kept
from infra.settings import Settings

GROUPS_CLAIM = "cognito:groups"


class People(Construct):
    """Nobody signs up by themselves. The client has no secret: the flow is bound by PKCE."""

    def __init__(self, scope: Construct, name: str, *, site: str, settings: Settings) -> None:
        """`site` is the page's address, without a path."""
        super().__init__(scope, name)
        self.pool = aws_cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=False,
            sign_in_aliases=aws_cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            mfa=aws_cognito.Mfa.OPTIONAL,
            mfa_second_factor=aws_cognito.MfaSecondFactor(sms=False, otp=True),
            account_recovery=aws_cognito.AccountRecovery.EMAIL_ONLY,
            password_policy=aws_cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(7),
            ),
            deletion_protection=settings.retain and settings.table_protection,
            removal_policy=kept(settings.retain),
        )
        self.pool.add_domain(
            "Domain",
            cognito_domain=aws_cognito.CognitoDomainOptions(
                # One name a region, over all accounts.
                domain_prefix=f"{settings.stack_name.lower()[:40]}-{Aws.ACCOUNT_ID}"
            ),
        )
        for group in dict.fromkeys(
            filter(None, (settings.sign_in_editors, settings.sign_in_readers))
        ):
            aws_cognito.UserPoolGroup(self, f"Group{group}", user_pool=self.pool, group_name=group)
        scopes = aws_cognito.OAuthScope
        self.client = self.pool.add_client(
            "Page",
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            auth_flows=aws_cognito.AuthFlow(),
            id_token_validity=Duration.minutes(5),
            access_token_validity=Duration.minutes(5),
            o_auth=aws_cognito.OAuthSettings(
                flows=aws_cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[scopes.OPENID, scopes.EMAIL, scopes.PROFILE],
                callback_urls=[f"{site}/auth/callback"],
                logout_urls=[f"{site}/"],
            ),
        )

    @property
    def issuer(self) -> str:
        stack = Stack.of(self)
        return f"https://cognito-idp.{stack.region}.{stack.url_suffix}/{self.pool.user_pool_id}"
