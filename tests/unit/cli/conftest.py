"""A deployment for commands to talk to: a bucket and a table of moto's, nobody who transcribes."""

from collections.abc import Iterator
from hashlib import md5
from typing import Any

import boto3
import pytest
from moto import mock_aws

from earshot.cli.outputs import Outputs
from earshot.recordings.ids import recording_id


def target() -> Outputs:
    return Outputs(
        region="us-east-1", audio_bucket="audio", table="recordings", api_url="", site_url="",
        opensearch_url="http://127.0.0.1:9", index="", api_key="", queue_url="", dlq_url="",
        transcripts_bucket="", index_failure_queue_url="",
    )  # fmt: skip


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The table; the bucket stands beside it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        yield boto3.resource("dynamodb", region_name="us-east-1").create_table(
            TableName="recordings",
            KeySchema=[{"AttributeName": "recording_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "recording_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )


def end(records: Any, key: str, content: bytes, **more: Any) -> None:
    """Write of this version what the pipeline writes: that it failed, or what `more` says."""
    failed = {
        "status": "failed",
        "error_code": "not_audio",
        "error_message": f"{content.decode()} is no audio.",
    }
    etag = md5(content, usedforsecurity=False).hexdigest()
    always = {"recording_id": recording_id(key), "key": key, "revision": 2, "etag": etag}
    records.put_item(Item=always | (more or failed))
