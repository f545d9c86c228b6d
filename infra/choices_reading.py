"""What a deployment may choose about who reads."""

from typing import Annotated

from pydantic import BaseModel, Field

from infra import forms
from infra.rules import Known, WholeNumber

PUBLIC, KEY, SIGN_IN = "public", "key", "sign-in"


class ReadingChoices(BaseModel):
    """Everybody, whoever has a key, or whoever signs in with a provider of OpenID Connect."""

    reading: Annotated[str, Known((PUBLIC, KEY, SIGN_IN), "public, key or sign-in")] = Field(
        PUBLIC,
        description="[Who may search, read and listen](#private-by-choice): everybody, who has a "
        "key with the scope `read`, or who is signed in.",
    )
    session_key: Annotated[str | None, forms.PUBLIC_KEY] = Field(
        None, description="What `earshot sign-in-key` prints. Needed unless reading is public."
    )
    sign_in_issuer: Annotated[str | None, forms.ISSUER] = Field(
        None,
        description="The provider's issuer. If not given, the stack makes a user pool in Amazon "
        "Cognito.",
    )
    sign_in_client_id: Annotated[str | None, forms.CLIENT_ID] = Field(
        None, description="What that provider calls Earshot."
    )
    sign_in_client_secret: Annotated[str | None, forms.SECRET] = Field(
        None,
        description="The secret in Secrets Manager that holds the client's secret, if it has one.",
    )
    sign_in_groups_claim: Annotated[str, forms.CLAIM] = Field(
        "groups", description="The claim of that provider's ID token that lists a person's groups."
    )
    sign_in_readers: Annotated[str | None, forms.GROUP] = Field(
        None, description="The group that may read. Without it, everybody who can sign in may."
    )
    sign_in_editors: Annotated[str, forms.GROUP] = Field(
        "editors", description="The group that may also upload, delete and correct."
    )
    sign_in_hours: Annotated[int, WholeNumber(1, 168)] = Field(
        12, description="Hours after which people sign in again. Until then sessions are renewed."
    )

    @property
    def private(self) -> bool:
        return self.reading != PUBLIC

    @property
    def signs_in(self) -> bool:
        return self.reading == SIGN_IN
