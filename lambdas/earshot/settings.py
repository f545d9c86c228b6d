"""What a function is told by its environment, checked when it starts.

infra/ sets these; a missing or malformed one stops the function with a sentence that names it.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="EARSHOT_", frozen=True)


class StoreSettings(_Settings):
    """Where recordings are."""

    table: str
    audio_bucket: str
    transcripts_bucket: str


class ModelSettings(_Settings):
    """Which model writes transcripts: a folder or a hub id, and how much it takes at once."""

    model: str
    model_revision: str | None = None
    max_audio_bytes: int = Field(default=512 * 1024 * 1024, gt=0)
    max_audio_seconds: float = Field(default=7200, gt=0)


class SearchSettings(_Settings):
    """Where the search index is."""

    opensearch_url: str
    index: str = "passages"
    refresh_interval: str = "1s"


class TranscribeSettings(StoreSettings, ModelSettings):
    """`bulk_queue_url`: where events of files go that are too long for the function."""

    queue_url: str | None = None
    bulk_queue_url: str | None = None
    max_receives: int = Field(default=5, gt=0)


class BulkSettings(StoreSettings, ModelSettings):
    """The worker's: its queue, its engine, and how much it takes at once.

    What is not given follows from the model, the engine and the processors that there are.
    """

    bulk_queue_url: str
    engine: str | None = None
    max_receives: int = Field(default=10, gt=0)
    visibility_s: int = Field(default=120, ge=3)
    batch_seconds: float | None = Field(default=None, gt=0)
    threads: int | None = Field(default=None, gt=0)


class IndexSettings(StoreSettings, SearchSettings):
    failure_queue_url: str
