"""What a deployment may choose about its models, its search and its limits.

Each field carries what it may be (`rules`) and one line of description.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.settings import ApiSettings
from earshot.settings import SearchSettings, TranscribeSettings, default_of
from earshot.sizes import Sizes
from infra import forms, limits
from infra.instance_types import MAX_SEARCH_GIB, MAX_SEARCH_NODES, MIN_SEARCH_GIB
from infra.rules import Flag, Known, OneOf, WholeNumber

SIZES = Sizes()
DEFAULT_MODEL = "facebook/wav2vec2-large-960h"


class CoreChoices(BaseModel):
    """The settings without which nothing is transcribed or found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stack_name: Annotated[str, forms.STACK_NAME] = Field(
        "Earshot", description="The stack's name. Another name makes a second stack."
    )
    model: Annotated[str, forms.MODEL_SOURCE] = Field(
        DEFAULT_MODEL, description="The model that the image is built with."
    )
    model_revision: Annotated[str | None, forms.REVISION] = Field(
        None,
        description="The model's commit or branch on the hub. If not given: the commit of the "
        "default model that was tested, and `main` of any other.",
    )
    writer: Annotated[str, forms.WRITER] = Field(
        default_of(TranscribeSettings, "writer"),
        description="The model that makes the text readable, in the same image. With `none`, "
        "transcripts are what `model` heard.",
    )
    writer_revision: Annotated[str, forms.REVISION] = Field(
        "main",
        description="The commit or branch of a `writer` that comes from the hub. Name a commit, or "
        "another build may bring another model.",
    )
    language: Annotated[str, forms.LANGUAGE] = Field(
        default_of(ApiSettings, "language"),
        description="The language that `model` speaks, as ISO 639-1. The API refuses others.",
    )
    strict_model_names: Annotated[bool, Flag()] = Field(
        default_of(ApiSettings, "strict_model_names"),
        description="Whether OpenAI's clients must name the model that is served. Most can't be "
        "told another name than Whisper's.",
    )
    image: Annotated[str | None, forms.IMAGE] = Field(
        None, description="An image that is in ECR already, instead of building one."
    )
    opensearch_url: Annotated[str | None, forms.OPENSEARCH_URL] = Field(
        None, description="A domain of your own, instead of creating one."
    )
    opensearch_arn: Annotated[str | None, forms.OPENSEARCH_ARN] = Field(
        None, description="The ARN of that domain, which the functions are granted access to."
    )
    search_index: Annotated[str, forms.SEARCH_INDEX] = Field(
        default_of(SearchSettings, "index"),
        description="The search index. Stacks that share a domain need one each. "
        "A new one is filled by `earshot reindex`.",
    )
    opensearch_instance: Annotated[
        str, Known(MAX_SEARCH_GIB, "an OpenSearch instance type with EBS gp3 volumes")
    ] = Field(SIZES.opensearch_instance, description="The instance type of the domain's nodes.")
    opensearch_nodes: Annotated[int, WholeNumber(1, MAX_SEARCH_NODES)] = Field(
        SIZES.opensearch_nodes,
        description="Nodes of the domain: one, or a multiple of `opensearch_zones`.",
    )
    opensearch_zones: Annotated[int, OneOf((2, 3))] = Field(
        2,
        description="Zones that share the nodes, where there are several. With three, the loss of "
        "one leaves two thirds.",
    )
    opensearch_gib: Annotated[int, WholeNumber(MIN_SEARCH_GIB, max(MAX_SEARCH_GIB.values()))] = (
        Field(
            SIZES.opensearch_gib,
            description="Disk of each node, in GiB. The instance type has a limit of its own.",
        )
    )
    refresh_interval: Annotated[str, forms.INTERVAL] = Field(
        default_of(SearchSettings, "refresh_interval"),
        description="How soon a new transcript can be found. Fixed when the index is created.",
    )
    transcribe_memory_mib: Annotated[int, limits.MEMORY_MIB] = Field(
        SIZES.transcribe_memory_mib,
        description="Memory of the functions with the model, in MiB. 1769 MiB give one vCPU.",
    )
    transcribe_timeout_s: Annotated[int, limits.TIMEOUT_S] = Field(
        900, description="Time to transcribe one batch, in seconds."
    )
    transcribe_concurrency: Annotated[int, limits.CONCURRENCY] = Field(
        10, description="Batches that are transcribed at the same time."
    )
    # One, so that a recording has the function's time to itself.
    transcribe_batch: Annotated[int, limits.BATCH] = Field(1, description="Recordings in a batch.")
    max_audio_bytes: Annotated[int, limits.AUDIO_BYTES] = Field(
        default_of(TranscribeSettings, "max_audio_bytes"),
        description="The largest file, in bytes. The function's disk is sized for it.",
    )
    max_audio_seconds: Annotated[int, limits.POSITIVE] = Field(
        default_of(TranscribeSettings, "max_audio_seconds"),
        description="The longest recording, in seconds. It must be transcribed within the timeout.",
    )
    max_request_seconds: Annotated[int, limits.POSITIVE] = Field(
        default_of(ApiSettings, "max_request_seconds"),
        description="The longest audio in an API request, in seconds. Answers may take 29 s.",
    )
    api_rate_per_s: Annotated[int, limits.RATE_PER_S] = Field(
        50, description="API requests per second."
    )
    api_burst: Annotated[int, limits.BURST] = Field(
        100, description="API requests at the same moment; no fewer than per second."
    )
    speech_rate_per_s: Annotated[int, limits.RATE_PER_S] = Field(
        5, description="API requests per second that run the model."
    )
    speech_burst: Annotated[int, limits.BURST] = Field(
        10, description="API requests at the same moment that run the model."
    )
