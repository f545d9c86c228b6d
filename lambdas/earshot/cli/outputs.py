"""Where a deployment is: the contract that `.local/outputs.json` is, or a stack's own outputs."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from opensearchpy import OpenSearch

from earshot import compose
from earshot.bundled import working_folder
from earshot.errors import InputError
from earshot.recordings.store import Recordings
from earshot.search.client import TIMEOUT_S, connect

LOCAL_OUTPUTS = working_folder() / ".local" / "outputs.json"


class NoDeployment(InputError):
    """There is nothing to talk to; the message says how to get one."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Addresses and names of one deployment; `aws_endpoint_url` is None on AWS."""

    region: str
    audio_bucket: str
    table: str
    api_url: str
    site_url: str
    opensearch_url: str
    index: str
    api_key: str
    queue_url: str
    dlq_url: str
    transcripts_bucket: str
    index_failure_queue_url: str
    bulk_queue_url: str | None = None  # of the bulk lane, where there is one
    bulk_dlq_url: str | None = None
    keys_table: str | None = None
    webhook_queue_url: str | None = None  # from 0.2 on
    webhook_dlq_url: str | None = None
    fetch_queue_url: str | None = None
    fetch_dlq_url: str | None = None
    aws_endpoint_url: str | None = None

    def session(self) -> boto3.Session:
        """Credentials for it: the emulator's own, or those of whoever runs this."""
        if self.aws_endpoint_url:
            return boto3.Session("test", "test", region_name=self.region)
        return boto3.Session(region_name=self.region)

    def client(self, service: str, **options: Any) -> Any:
        session: Any = self.session()  # whose stubs want each service spelled out
        return session.client(service, endpoint_url=self.aws_endpoint_url, **options)

    def resource(self, service: str, **options: Any) -> Any:
        session: Any = self.session()
        return session.resource(service, endpoint_url=self.aws_endpoint_url, **options)

    def recordings(self, concurrency: int = 10) -> Recordings:
        """Its table; `concurrency` threads may use it at once."""
        patient = Config(
            max_pool_connections=concurrency,
            retries={"mode": "adaptive", "total_max_attempts": 10},
        )
        return compose.recordings(self, patient, self.resource)

    def search_client(self, timeout: float = TIMEOUT_S) -> OpenSearch:
        return connect(self.opensearch_url, self.region, timeout)


def find(stack: str | None = None, file: Path | None = None) -> Outputs:
    """The deployment in `file`, or named by `stack` (on AWS), else the local one.

    Raises NoDeployment.
    """
    stack = stack or os.environ.get("EARSHOT_STACK")
    if stack and not file:
        return _from_stack(stack)
    try:
        return Outputs(**json.loads((file or LOCAL_OUTPUTS).read_text()))
    except (OSError, ValueError, TypeError) as error:
        if file:
            raise NoDeployment(f"{file.name} does not hold a deployment's outputs.") from error
        if not isinstance(error, FileNotFoundError):
            raise
        raise NoDeployment(
            "Nothing is deployed here. `make up` starts the local stack;"
            " --stack NAME (or EARSHOT_STACK) names one on AWS."
        ) from error


def write(outputs: Outputs, path: Path = LOCAL_OUTPUTS) -> None:
    """Whole or not at all, and for this user's eyes: it holds the API key."""
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(outputs), indent=2) + "\n")
    fresh.replace(path)


def from_cdk(values: Mapping[str, str], region: str, api_key: str) -> Outputs:
    """The CDK stack's outputs under the contract's names."""
    return Outputs(
        region=region,
        audio_bucket=values["AudioBucket"],
        table=values["Table"],
        api_url=values["ApiUrl"],
        site_url=values["SiteUrl"],
        opensearch_url=values["OpenSearchUrl"],
        index=values["IndexAlias"],
        api_key=api_key,
        queue_url=values["QueueUrl"],
        dlq_url=values["DeadLetterQueueUrl"],
        transcripts_bucket=values["TranscriptsBucket"],
        index_failure_queue_url=values["IndexFailureQueueUrl"],
        bulk_queue_url=values.get("BulkQueueUrl"),
        bulk_dlq_url=values.get("BulkDeadLetterQueueUrl"),
        keys_table=values.get("KeysTable"),
        webhook_queue_url=values.get("WebhookQueueUrl"),
        fetch_queue_url=values.get("FetchQueueUrl"),
        fetch_dlq_url=values.get("FetchDeadLetterQueueUrl"),
        webhook_dlq_url=values.get("WebhookDeadLetterQueueUrl"),
    )


def _from_stack(name: str) -> Outputs:
    try:
        session = boto3.Session()
        stacks = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise NoDeployment(
            f"The stack {name} can't be looked up: {str(error).rstrip('.')}. Check its name, the"
            " credentials (`aws sts get-caller-identity`) and the region (AWS_DEFAULT_REGION)."
        ) from error
    values = {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", [])}
    try:
        return from_cdk(values, session.region_name, os.environ.get("EARSHOT_API_KEY", ""))
    except KeyError as missing:
        raise NoDeployment(
            f"The stack {name} has no output {missing}: it is another one, or not deployed yet."
        ) from missing
