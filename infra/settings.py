"""What a deployment may choose: CDK context turned into a typed object."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_logs
from constructs import Node

DEFAULT_MODEL = "facebook/wav2vec2-large-960h"
# The hub's branch, not a commit: no commit of this model could be checked against the hub when this
# was written, and a wrong one would break every build. `-c model_revision=COMMIT` pins a build;
# whatever was baked in, every transcript carries the fingerprint of the weights that wrote it.
DEFAULT_REVISION = "main"

MIB = 1024 * 1024
MAX_DISK_MIB = 10_240  # Lambda's
MAX_WORKERS = 20  # a scaling policy takes so many steps


@dataclass(frozen=True, slots=True)
class Local:
    """Where the emulator can't follow AWS: every local difference is a field here.

    Given with `-c target=local`; scripts/local passes the values.
    """

    endpoint_port: int  # of the emulator, which CloudFront's API origin stands on
    local_model: str  # a folder or hub id: nothing is baked into an image
    # What is not there, and so is done otherwise wherever `settings.local` is asked:
    # - functions are zips of the code alone, never images; the emulator's own interpreter has the
    #   dependencies (infra/code.py, infra/function.py)
    # - the site is copied up by scripts/local, not by BucketDeployment (infra/site.py)
    # - no TLS, so nothing may insist on it: the CDN, and the buckets it reads from (`tls` below)
    # - stream retries, bisecting and failure destinations (infra/projection.py)
    # - nothing is retained: buckets and table go with the emulator (`retain` below)
    # - no ECS capacity providers: the bulk stack is not deployed, its worker is a process of
    #   scripts/local; body filters of SNS that don't look into arrays, as S3's events need: they
    #   are taught to (scripts/local/patched_ministack.py)
    # - no alarms, dashboard or access log: it measures nothing and logs nothing there
    #   (`observed` below)


@dataclass(frozen=True, slots=True)
class Settings:
    """One deployment. Every field is a context key: `cdk deploy -c log_days=7`."""

    stack_name: str = "Earshot"
    model: str = DEFAULT_MODEL
    model_revision: str = DEFAULT_REVISION
    image: str | None = None  # "repository:tag" in this account's ECR: no Docker needed to deploy
    opensearch_url: str | None = None  # a domain of one's own: none is made
    opensearch_arn: str | None = None  # of that domain, for the functions to be let in
    opensearch_instance: str = "t3.small.search"
    opensearch_nodes: int = 1
    opensearch_gib: int = 20
    refresh_interval: str = "1s"
    transcribe_memory_mib: int = 3538  # two vCPUs
    transcribe_timeout_s: int = 900  # the most that Lambda allows
    transcribe_concurrency: int = 10
    transcribe_batch: int = 1  # so that a recording has the function's time to itself
    max_audio_bytes: int = 512 * MIB
    max_audio_seconds: int = 7200  # what the function gets through in its time, with room
    bulk: bool = False  # a second lane for what is put under bulk/, in a stack of its own
    bulk_image: str | None = None  # as `image`, of the bulk lane's worker
    bulk_instances: str = "g6.2xlarge,g5.2xlarge,g6.xlarge,g5.xlarge"  # the preferred first
    bulk_on_demand_base: int = (
        1  # so many are not Spot, so that work goes on without; all come and go
    )
    bulk_max_workers: int = 4  # one a GPU, one an instance
    bulk_files_per_worker: int = 2000  # a backlog of so many more starts another
    bulk_max_audio_bytes: int = 2048 * MIB
    bulk_max_audio_seconds: int = 43200
    api_rate_per_s: int = 50
    api_burst: int = 100
    speech_rate_per_s: int = 5  # each call runs the model, in a function of transcribe's size
    speech_burst: int = 10
    log_days: int = 30
    alarm_email: str | None = None  # who is told; a confirmation has to be clicked
    local: Local | None = None

    def __post_init__(self) -> None:
        if self.log_days not in _RETENTIONS:
            raise ValueError(f"log_days must be one of {sorted(_RETENTIONS)}, not {self.log_days}")
        if self.opensearch_arn and not self.opensearch_url:
            raise ValueError("opensearch_arn goes with opensearch_url: whose domain is it?")
        if self.audio_disk_mib > MAX_DISK_MIB:
            raise ValueError("max_audio_bytes is more than a function's disk (10 GiB) can hold")
        if not 1 <= self.bulk_max_workers <= MAX_WORKERS:
            raise ValueError(f"bulk_max_workers must be 1 to {MAX_WORKERS}")

    @property
    def audio_disk_mib(self) -> int:
        """What /tmp must hold for the longest object, with room for the file system itself."""
        return max(512, -(-self.max_audio_bytes // MIB) + 128)

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
    def log_retention(self) -> aws_logs.RetentionDays:
        return aws_logs.RetentionDays[_RETENTIONS[self.log_days]]

    @classmethod
    def from_context(cls, node: Node) -> "Settings":
        """Settings from CDK context; unknown targets and malformed numbers are refused."""
        context = {name: node.try_get_context(name) for name in cls.__dataclass_fields__}
        return cls.from_values(
            {name: value for name, value in context.items() if value is not None},
            target=node.try_get_context("target") or "aws",
            local={name: node.try_get_context(name) for name in Local.__dataclass_fields__},
        )

    @classmethod
    def from_values(
        cls, values: Mapping[str, Any], target: str = "aws", local: Mapping[str, Any] | None = None
    ) -> "Settings":
        chosen = {name: _as(cls, name, value) for name, value in values.items() if name != "local"}
        if target == "aws":
            return cls(**chosen)
        if target != "local":
            raise ValueError(f"target must be aws or local, not {target!r}")
        given = {name: _as(Local, name, value) for name, value in (local or {}).items() if value}
        missing = set(Local.__dataclass_fields__) - set(given)
        if missing:
            raise ValueError(
                f"target=local needs -c {' -c '.join(f'{one}=…' for one in sorted(missing))}"
            )
        return cls(**(LOCAL_DEFAULTS | chosen), local=Local(**given))


# Two cores and a loopback OpenSearch: smaller batches of work, quicker refreshes.
LOCAL_DEFAULTS: dict[str, Any] = {
    "transcribe_concurrency": 2,
    "transcribe_timeout_s": 300,
    "transcribe_batch": 5,
    "bulk": True,
    "refresh_interval": "200ms",
    "log_days": 1,
}

# CloudWatch knows some numbers of days only.
_RETENTIONS: Mapping[int, str] = {
    1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS",
    30: "ONE_MONTH", 60: "TWO_MONTHS", 90: "THREE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR",
}  # fmt: skip


def _as(owner: type, name: str, value: Any) -> Any:
    """Context from the command line is text: read numbers where numbers are meant."""
    annotation = owner.__dataclass_fields__[name].type  # type: ignore[attr-defined]
    if annotation in (bool, "bool"):
        if str(value).lower() not in ("true", "false"):
            raise ValueError(f"{name} must be true or false, not {value!r}")
        return str(value).lower() == "true"
    if annotation in (int, "int"):
        try:
            return int(value)
        except ValueError as error:
            raise ValueError(f"{name} must be a whole number, not {value!r}") from error
    return value
