"""What a deployment may choose: CDK context turned into a typed object.

A wrong value is refused when the app is synthesized: the CDK accepts much that AWS refuses after
half an hour. Each field carries what it may be (`rules`) and one line of description; the tables in
docs/deploy.md are made of them (`python -m scripts settings-table`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.settings import ApiSettings
from earshot.settings import BulkSettings, SearchSettings, TranscribeSettings, default_of
from earshot.sizes import Sizes, function_disk_mib
from infra import context, forms, limits
from infra.conflicts import conflicts
from infra.context import SettingsError
from infra.instance_types import GPU_INSTANCES, MAX_SEARCH_GIB, MAX_SEARCH_NODES, MIN_SEARCH_GIB
from infra.local import LOCAL_DEFAULTS, Local
from infra.retention import RETENTION_DAYS, retention
from infra.rules import Flag, Known, OneOf, WholeNumber

if TYPE_CHECKING:
    from constructs import Node

ROOT = Path(__file__).resolve().parent.parent

# The hub's branch, not a commit: no commit of this model could be checked against the hub when this
# was written, and a wrong one would break every build. `model_revision` pins a build; whatever is
# in the image, every transcript carries the fingerprint of the weights that wrote it.
DEFAULT_REVISION = "main"
SIZES = Sizes()


class Settings(BaseModel):
    """One deployment. Every field but `local` is a context key: `cdk deploy -c log_days=7`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stack_name: Annotated[str, forms.STACK_NAME] = Field(
        "Earshot", description="The stack's name. Another name makes a second stack."
    )
    model: Annotated[str, forms.MODEL_SOURCE] = Field(
        "facebook/wav2vec2-large-960h", description="The model that the image is built with."
    )
    model_revision: Annotated[str, forms.REVISION] = Field(
        DEFAULT_REVISION, description="The model's commit or branch on the hub."
    )
    writer: Annotated[str, forms.WRITER] = Field(
        default_of(TranscribeSettings, "writer"),
        description="The model that makes the text readable, in the same image. With `none`, "
        "transcripts are what `model` heard.",
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
    opensearch_instance: Annotated[
        str, Known(MAX_SEARCH_GIB, "an OpenSearch instance type with EBS gp3 volumes")
    ] = Field(SIZES.opensearch_instance, description="The instance type of the domain's nodes.")
    opensearch_nodes: Annotated[int, WholeNumber(1, MAX_SEARCH_NODES)] = Field(
        SIZES.opensearch_nodes,
        description="Nodes of the domain: one, or an even number in two zones.",
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
    unconfined_decoder: Annotated[bool, Flag()] = Field(
        False, description="Whether audio is decoded even where the decoder can't be confined."
    )
    log_days: Annotated[int, OneOf(RETENTION_DAYS)] = Field(
        30, description="Days that logs are kept."
    )
    alarm_email: Annotated[str | None, forms.EMAIL] = Field(
        None, description="Who gets the alarms. AWS sends a mail that must be confirmed."
    )
    bulk: Annotated[bool, Flag()] = Field(
        False, description="Whether there is a [bulk lane](#the-bulk-lane), on GPU instances."
    )
    bulk_image: Annotated[str | None, forms.IMAGE] = Field(
        None, description="As `image`, for the bulk lane's worker."
    )
    bulk_instances: Annotated[
        str,
        Known(
            GPU_INSTANCES,
            "EC2 instance types with one GPU that computes in bfloat16 (of g5, g6, g6e, gr6, p5), "
            "separated by commas without blanks",
            several=True,
        ),
    ] = Field(
        SIZES.bulk_instances,
        description="Instance types. Spot chooses among them; on demand, the first is used.",
    )
    bulk_on_demand_base: Annotated[int, WholeNumber(0, limits.WORKERS.most)] = Field(
        1,
        description="Instances that are on demand, at about twice the price of Spot. With 0, "
        "work waits while there is no Spot capacity.",
    )
    bulk_max_workers: Annotated[int, limits.WORKERS] = Field(
        4, description="The most workers. Each has an instance and its GPU to itself."
    )
    bulk_files_per_worker: Annotated[int, limits.POSITIVE] = Field(
        2000, description="Waiting files for each worker: more files start another."
    )
    bulk_max_audio_bytes: Annotated[int, limits.BULK_AUDIO_BYTES] = Field(
        default_of(BulkSettings, "max_audio_bytes"),
        description="The largest file in the bulk lane, in bytes.",
    )
    bulk_max_audio_seconds: Annotated[int, limits.POSITIVE] = Field(
        default_of(BulkSettings, "max_audio_seconds"),
        description="The longest recording in the bulk lane, in seconds.",
    )
    local: Local | None = Field(None, description="The emulator's, with target=local.")

    @model_validator(mode="after")
    def _agree(self) -> "Settings":
        if found := list(conflicts(self)):
            raise ValueError("\n".join(found))
        return self

    @property
    def audio_disk_mib(self) -> int:
        """What /tmp must hold for the largest file."""
        return function_disk_mib(self.max_audio_bytes)

    @property
    def function_model(self) -> str | None:
        """What functions are told of their model; on AWS their image says it."""
        return self.local.local_model if self.local else None

    @property
    def function_writer(self) -> str | None:
        """As `function_model`, of the writer."""
        return self.local.local_writer if self.local else None

    @property
    def build_args(self) -> dict[str, str]:
        """What both images are built with."""
        return {"MODEL": self.model, "REVISION": self.model_revision, "WRITER": self.writer}

    @property
    def builds_an_image(self) -> bool:
        return not self.local and not (self.image and (self.bulk_image or not self.bulk))

    @property
    def tls(self) -> bool:
        return self.local is None

    @property
    def retain(self) -> bool:
        return self.local is None

    @property
    def observed(self) -> bool:
        return self.local is None

    @property
    def log_retention(self) -> Any:
        return retention(self.log_days)

    @classmethod
    def from_context(cls, node: "Node") -> "Settings":
        """Settings from CDK context. Raises SettingsError, which names all that is wrong."""
        values = context.own(node.get_all_context())
        target = values.pop("target", "aws")
        local = {name: values.pop(name) for name in Local.model_fields if name in values}
        settings = cls.from_values(values, target, local)
        if settings.builds_an_image:
            for name in ("model", "writer"):
                folder = getattr(settings, name)
                if folder.startswith("models/") and not (ROOT / folder).is_dir():
                    raise SettingsError(f"{name} is {folder}, but there is no such folder here")
        return settings

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, Any],
        target: str = "aws",
        local: Mapping[str, Any] | None = None,
    ) -> "Settings":
        """As `from_context`, of settings by name; `local` are those of `target` "local"."""
        wrong: list[str] = []
        if target not in ("aws", "local"):
            wrong.append(f"target must be aws or local, not {target!r}")
        if target == "aws":
            wrong += [f"{name} goes with target=local" for name in local or {}]
        elif target == "local" and (missing := sorted(set(Local.model_fields) - set(local or {}))):
            wrong.append(f"target=local needs -c {' -c '.join(f'{one}=…' for one in missing)}")
        known = set(cls.model_fields) - {"local"}
        wrong += context.unknown(values, {*known, *Local.model_fields, "target"})
        if wrong:
            raise SettingsError("\n".join(wrong))
        try:
            if target == "aws":
                return cls(**values)
            return cls(**(LOCAL_DEFAULTS | dict(values)), local=Local(**(local or {})))
        except ValidationError as error:
            raise SettingsError("\n".join(context.sentences(error))) from error
