"""What the API is told by its environment, checked when it starts."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from earshot.settings import SearchSettings, StoreSettings, Text, UploadSettings

# Lambda takes 6 MB of request, and API Gateway hands binary bodies over as base64: 4/3 of their
# size. This leaves room for the headers that travel in the same event.
MAX_BODY_BYTES = 4_500_000


class ApiSettings(StoreSettings, SearchSettings, UploadSettings):
    """The API's. `model` is set in the speech function alone, which nobody else may invoke than
    the function that checks keys."""

    api_key_secret: Text | None = Field(
        default=None, description="secret in Secrets Manager that holds the API's key"
    )
    api_key: SecretStr | None = Field(
        default=None, min_length=16, description="the key itself, for a local stack and for tests"
    )
    keys_table: Text | None = Field(default=None, description="DynamoDB table of the named keys")
    hooks_table: Text | None = Field(default=None, description="DynamoDB table of the hooks")
    local_addresses: bool = Field(
        default=False, description="whether hooks may be on this machine, by plain http"
    )
    reading: Literal["public", "key", "sign-in"] = Field(
        default="public", description="who may read: everybody, or who has a key or is signed in"
    )
    session_key: Text | None = Field(
        default=None, description="public key of the sessions, as base64 in one line"
    )
    reads_only: bool = Field(default=False, description="whether no key opens anything here")
    key_is_checked: bool = Field(
        default=False, description="whether requests come from a function that checked their key"
    )
    speech_function: Text | None = Field(
        default=None, description="the function with the model, which transcribes for this one"
    )
    model: Text | None = Field(default=None, description="the model: a folder or a hub id")
    language: Text = Field(
        default="en", description="the language that the model speaks, as ISO 639-1"
    )
    strict_model_names: bool = Field(
        default=False, description="whether requests must name the model that is served"
    )
    model_name: Text | None = Field(
        default=None, description="what the model is called, where another function has it"
    )
    model_revision: Text | None = Field(default=None, description="commit or branch on the hub")
    writer: Text = Field(
        default="moonshine-tiny", description="the writer: a name, a folder, a hub id, or none"
    )
    site_url: Text | None = Field(default=None, description="address of the site, without a path")
    fetch_queue_url: Text | None = Field(
        default=None, description="queue of addresses whose sound is to be fetched"
    )
    retranscribe_queue_url: Text | None = Field(
        default=None, description="queue for recordings that are to be transcribed again"
    )
    # An HTTP API waits 30 s for an answer, and the slowest processors met hear five seconds in a
    # second. Longer recordings go to the bucket.
    max_request_seconds: float = Field(
        default=120, gt=0, description="longest audio in one request, in seconds"
    )

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        keyless = self.reads_only or self.key_is_checked
        if not (self.api_key or self.api_key_secret or keyless):
            raise ValueError("set EARSHOT_API_KEY_SECRET (or, locally, EARSHOT_API_KEY)")
        return self
