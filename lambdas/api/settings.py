"""What the API is told by its environment, checked when it starts."""

from typing import Self

from pydantic import Field, SecretStr, model_validator

from earshot.settings import SearchSettings, StoreSettings

# Lambda takes 6 MB of request, and API Gateway hands binary bodies over as base64: 4/3 of their
# size. This leaves room for the headers that travel in the same event.
MAX_BODY_BYTES = 4_500_000


class ApiSettings(StoreSettings, SearchSettings):
    """`api_key_secret` names the key in Secrets Manager; `api_key` is the key itself, for a local
    stack and for tests. `model` is set in the speech function alone.
    """

    api_key_secret: str | None = None
    api_key: SecretStr | None = Field(default=None, min_length=16)
    model: str | None = None
    model_revision: str | None = None
    # HTTP APIs give up after 30 s. Longer recordings have the bucket.
    max_request_seconds: float = Field(default=300, gt=0)
    max_audio_bytes: int = Field(default=512 * 1024 * 1024, gt=0)

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        if not self.api_key and not self.api_key_secret:
            raise ValueError("set EARSHOT_API_KEY_SECRET (or, locally, EARSHOT_API_KEY)")
        return self
