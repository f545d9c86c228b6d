"""The emulator's own settings and defaults."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from infra import forms
from infra.choices_reading import ReadingChoices
from infra.rules import Flag, WholeNumber


class Local(BaseModel):
    """Where the emulator can't follow AWS: every local difference is a field here.

    Given with `-c target=local`; scripts/local passes the values.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint_port: Annotated[int, WholeNumber(1, 65_535)] = Field(
        description="port of the emulator, where CloudFront finds the API"
    )
    local_model: Annotated[str, forms.LOCAL_MODEL] = Field(
        description="a folder or hub id: no image holds a model here"
    )
    local_writer: Annotated[str, forms.LOCAL_MODEL] = Field(
        description="a folder, a hub id or none; functions run from a copy of the code alone"
    )
    local_keeps: Annotated[bool, Flag()] = Field(
        False, description="whether buckets and tables outlive the stack, as on AWS: for drills"
    )
    local_private: Annotated[bool, Flag()] = Field(
        False, description="whether reading is as private as the settings say: for tests"
    )
    # What the emulator lacks, and what is done instead wherever `settings.local` is asked:
    # - functions are zips of the code alone, never images; the emulator's own interpreter has the
    #   dependencies (infra/code.py, infra/function.py)
    # - no origin groups: what a bucket lacks is answered by the emulator (infra/site.py)
    # - scripts/local copies the site, not BucketDeployment (infra/site.py)
    # - no TLS, so nothing may insist on it: the CDN, and the buckets it reads from (`Settings.tls`)
    # - stream retries, bisecting and failure destinations (infra/projection.py)
    # - nothing is retained unless `local_keeps` says so: it goes with the emulator
    # - no ECS capacity providers: the bulk stack is not deployed, its worker is a process of
    #   scripts/local; SNS filters that don't look into arrays, as S3's events need: a patch adds
    #   that (scripts/local/patched_ministack.py)
    # - no alarms, dashboard or access log: it measures nothing and logs nothing there
    #   (`Settings.observed`)


# Settings of the operator's file that only AWS has a use for.
ON_AWS_ALONE = (
    "arm64", "audio_bucket", "kms_key_arn", "vpc_id",
    "vpc_subnet_ids", "domain_name", "certificate_arn", "hosted_zone_id",
    "web_acl_arn", "access_logs", "monthly_budget_usd",
)  # fmt: skip
# These, too, but for tests: a demo is one person's, and has no provider and no secret.
OF_READING = tuple(ReadingChoices.model_fields)
NEEDED = [name for name, field in Local.model_fields.items() if field.is_required()]

# Two cores and a loopback OpenSearch: smaller batches of work, quicker refreshes.
LOCAL_DEFAULTS: dict[str, Any] = {
    "transcribe_concurrency": 2,
    "transcribe_timeout_s": 300,
    "transcribe_batch": 5,
    "bulk": True,
    "refresh_interval": "200ms",
    "log_days": 1,
}
