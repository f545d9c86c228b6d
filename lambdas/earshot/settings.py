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
    max_receives: int = Field(default=5, gt=0)


class IndexSettings(StoreSettings, SearchSettings):
    failure_queue_url: str
