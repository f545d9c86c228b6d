"""What a function is told by its environment, checked when it starts.

A setting's name, type, limits and default stand here and nowhere else. infra/ renders the variables
with `environment_of`; a missing or malformed one stops the function with a sentence that names it.
"""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, TypeAdapter, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Text = Annotated[str, Field(min_length=1)]
MIB = 1024 * 1024


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="EARSHOT_", frozen=True)


class StoreSettings(_Settings):
    """Where recordings are."""

    table: Text = Field(description="DynamoDB table of the recordings")
    audio_bucket: Text = Field(description="bucket that people put audio in")
    transcripts_bucket: Text = Field(description="bucket of transcripts too long for the table")


class UploadSettings(_Settings):
    """Which files are accepted."""

    max_audio_bytes: int = Field(
        default=512 * MIB, gt=0, description="largest audio file, in bytes"
    )
    # Read by the decoder process itself (earshot.audio.zygote).
    unconfined_decoder: Literal["allow"] | None = Field(
        default=None, description="allow: decode even where the decoder can't be confined"
    )


class ModelSettings(UploadSettings):
    """Which model writes transcripts: a folder or a hub id, and how much it takes at once."""

    model: Text = Field(description="the model: a folder or a hub id")
    model_revision: Text | None = Field(default=None, description="commit or branch on the hub")
    writer: Text = Field(
        default="moonshine-tiny", description="the writer: a name, a folder, a hub id, or none"
    )
    # The slowest processors met hear five seconds in a second, and a function has 900.
    max_audio_seconds: float = Field(
        default=3600, gt=0, description="longest recording, in seconds"
    )


class SearchSettings(_Settings):
    """Where the search index is."""

    opensearch_url: Text = Field(description="OpenSearch's address")
    index: Text = Field(default="earshot-passages", description="alias of the search index")
    refresh_interval: Text = Field(
        default="1s", description="how soon a written passage can be found"
    )


class TranscribeSettings(StoreSettings, ModelSettings):
    """The transcribe function's."""

    queue_url: Text | None = Field(default=None, description="queue that feeds the function")
    bulk_queue_url: Text | None = Field(
        default=None, description="queue for files that are too long for the function"
    )
    timeout_s: float = Field(
        default=900, gt=0, description="seconds that a run of the function may take"
    )
    max_receives: int = Field(
        default=5, gt=0, description="attempts before a message becomes a dead letter"
    )


class BulkSettings(StoreSettings, ModelSettings):
    """The bulk worker's: its queue, its engine, and how much it takes at once.

    What is not given follows from the model, the engine and the processors that there are.
    """

    bulk_queue_url: Text = Field(description="queue that feeds the worker")
    engine: Text | None = Field(default=None, description="onnx or torch")
    # An interrupted Spot instance costs every message that it held one receive.
    max_receives: int = Field(
        default=10, gt=0, description="attempts before a message becomes a dead letter"
    )
    visibility_s: int = Field(
        default=120, ge=3, description="seconds that a message stays hidden; workers extend them"
    )
    max_audio_bytes: int = Field(
        default=2048 * MIB, gt=0, description="largest audio file, in bytes"
    )
    max_audio_seconds: float = Field(
        default=43_200, gt=0, description="longest recording, in seconds"
    )
    batch_seconds: float | None = Field(default=None, gt=0, description="seconds of audio a batch")
    threads: int | None = Field(default=None, gt=0, description="threads that decode audio")
    processes: int | None = Field(
        default=None, gt=0, description="workers that share the GPU, each a process"
    )


class IndexSettings(StoreSettings, SearchSettings):
    """The index function's."""

    failure_queue_url: Text = Field(description="queue of recordings that can't be indexed")
    event_bus: Text | None = Field(
        default=None, description="event bus that is told what became of recordings"
    )


class FetchSettings(StoreSettings, UploadSettings):
    """The fetch function's."""

    fetch_queue_url: Text = Field(description="queue of addresses whose sound is to be fetched")
    local_addresses: bool = Field(
        default=False, description="whether plain http to this machine is allowed: local stacks"
    )


class WebhookSettings(_Settings):
    """The webhooks function's."""

    hooks_table: Text = Field(description="DynamoDB table of the hooks")
    webhook_queue_url: Text = Field(description="queue of events and of messages for hooks")
    local_addresses: bool = Field(
        default=False, description="whether plain http to this machine is allowed: local stacks"
    )


def environment_of(
    model: type[BaseSettings], /, *, set_elsewhere: Collection[str] = (), **values: Any
) -> dict[str, str]:
    """The variables in which `model` reads `values`; those that are None are left out.

    `set_elsewhere` names required settings that something else gives, as an image names the folder
    of its model. Raises ValueError for a setting that `model` doesn't have, a value that it would
    refuse, a secret, and a required setting that is missing.
    """
    prefix = model.model_config.get("env_prefix", "")
    given = {name: value for name, value in values.items() if value is not None}
    fields = model.model_fields
    if unknown := [name for name in values if name not in fields]:
        raise ValueError(f"{model.__name__} has no setting {', '.join(unknown)}")
    required = {name for name, field in fields.items() if field.is_required()}
    if missing := sorted(required - set(given) - set(set_elsewhere)):
        raise ValueError(f"{model.__name__} needs {', '.join(missing)}")
    return {f"{prefix}{name}".upper(): _text(model, name, value) for name, value in given.items()}


def default_of(model: type[BaseSettings], name: str) -> Any:
    """The value that `model` has where its environment gives none."""
    return model.model_fields[name].get_default()


def _text(model: type[BaseSettings], name: str, value: Any) -> str:
    field = model.model_fields[name]
    try:
        reader: TypeAdapter[Any] = TypeAdapter(Annotated[field.annotation, field])  # type: ignore[arg-type]
        read = reader.validate_python(value)
    except ValidationError as error:
        reasons = "; ".join(one["msg"] for one in error.errors())
        raise ValueError(f"{model.__name__}: {name} can't be {value!r}: {reasons}") from error
    if isinstance(read, SecretStr):
        raise ValueError(f"{model.__name__}: {name} is a secret and can't be a plain variable")
    return str(value)
