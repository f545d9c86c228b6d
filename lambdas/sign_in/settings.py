"""What the sign-in function is told by its environment, checked when it starts."""

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from earshot.settings import Text


class SignInSettings(BaseSettings):
    """`reading` says by what people come in: `key`, or `sign-in` with a provider."""

    model_config = SettingsConfigDict(env_prefix="EARSHOT_", frozen=True)

    reading: Literal["key", "sign-in"] = Field(description="by what people come in")
    site_url: Text = Field(description="address of the site, without a path")
    session_secret: Text = Field(
        description="secret in Secrets Manager that holds the private key of the sessions, as PEM"
    )
    session_key: Text = Field(description="the public key, as base64 in one line")
    cdn_key_id: Text = Field(description="what CloudFront calls the public key")
    keys_table: Text | None = Field(default=None, description="DynamoDB table of the named keys")
    issuer: Text | None = Field(default=None, description="the provider's issuer, a URL")
    client_id: Text | None = Field(default=None, description="what the provider calls this client")
    client_secret: Text | None = Field(
        default=None, description="secret in Secrets Manager that holds the client's, if it has one"
    )
    groups_claim: Text = Field(
        default="groups", description="claim of the ID token that lists a person's groups"
    )
    readers: Text | None = Field(
        default=None, description="group whose people may read; without it, everybody signed in"
    )
    editors: Text = Field(
        default="editors", description="group whose people may upload, delete and correct"
    )
    session_hours: int = Field(
        default=12, gt=0, description="hours after which the provider is asked again"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        wanted = ("keys_table",) if self.reading == "key" else ("issuer", "client_id")
        if missing := [name for name in wanted if not getattr(self, name)]:
            names = ", ".join(f"EARSHOT_{name.upper()}" for name in missing)
            raise ValueError(f"set {names}: reading is {self.reading!r}")
        return self
