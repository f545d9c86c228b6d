"""The emulator holds functions to the roles of the template: each is refused what it doesn't need.

The tests of test_private_reading.py run on this same stack, so that what functions need they have.
"""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from earshot.cli.outputs import Outputs
from scripts.local import emulator
from tests.pipeline.conftest import Private

FUNCTIONS = ("IngestionTranscribe", "ProjectionIndex", "ApiCD", "ApiKeyed", "ApiSpeech", "SignIn")


def asked(stack: Outputs) -> dict[str, Callable[[Any], Any]]:
    """Requests by a name, each of what some function of ours does, or none."""
    table, keys, audio = stack.table, stack.keys_table, stack.audio_bucket
    texts, item = stack.transcripts_bucket, {"recording_id": {"S": "x"}}
    key, there = {"key_id": {"S": "x"}}, {"Bucket": texts, "Key": "x"}
    return {
        "read sound": lambda to: to("s3").get_object(Bucket=audio, Key="x"),
        "put sound": lambda to: to("s3").put_object(Bucket=audio, Key="x.txt", Body=b""),
        "delete sound": lambda to: to("s3").delete_object(Bucket=audio, Key="x.txt"),
        "list sound": lambda to: to("s3").list_objects_v2(Bucket=audio),
        "read texts": lambda to: to("s3").get_object(**there),
        "put texts": lambda to: to("s3").put_object(**there, Body=b""),
        "delete texts": lambda to: to("s3").delete_object(**there),
        "delete a bucket": lambda to: to("s3").delete_bucket(Bucket="nothing-of-ours"),
        "read records": lambda to: to("dynamodb").get_item(TableName=table, Key=item),
        "write records": lambda to: to("dynamodb").update_item(TableName=table, Key=item),
        "delete records": lambda to: to("dynamodb").delete_item(TableName=table, Key=item),
        "scan records": lambda to: to("dynamodb").scan(TableName=table, Limit=1),
        "read keys": lambda to: to("dynamodb").get_item(TableName=keys, Key=key),
        "list keys": lambda to: to("dynamodb").scan(TableName=keys, Limit=1),
        "read the operator's key": lambda to: to("secretsmanager").get_secret_value(
            SecretId=secret(stack, "Earshot-ApiKey")
        ),
        "read the sessions' key": lambda to: to("secretsmanager").get_secret_value(
            SecretId=secret(stack, "earshot/sign-in/")
        ),
        "send to the queue": lambda to: to("sqs").send_message(
            QueueUrl=stack.queue_url, MessageBody="{}"
        ),
        "wake the model": lambda to: to("lambda").invoke(
            FunctionName=function(stack, "ApiSpeech"), InvocationType="DryRun"
        ),
        "make a user": lambda to: to("iam").create_user(UserName="x"),
    }


NEEDED = {
    "IngestionTranscribe": {
        "read sound", "list sound", "put texts", "delete texts", "read records", "write records",
    },
    "ProjectionIndex": {"read texts"},
    "ApiCD": {"read texts", "read records", "read keys", "read the operator's key"},
    "ApiKeyed": {
        "put sound", "delete sound", "read texts", "delete texts", "read records", "write records",
        "read keys", "read the operator's key", "send to the queue", "wake the model",
    },
    "ApiSpeech": set(),
    "SignIn": {"read the sessions' key"},
}  # fmt: skip


def secret(stack: Outputs, prefix: str) -> str:
    found = stack.client("secretsmanager").list_secrets()["SecretList"]
    return next(str(one["Name"]) for one in found if one["Name"].startswith(prefix))


def function(stack: Outputs, name: str) -> str:
    found = stack.client("lambda").list_functions()["Functions"]
    return next(str(one["FunctionName"]) for one in found if f"-{name}" in one["FunctionName"])


@pytest.fixture(params=FUNCTIONS)
def role(
    request: pytest.FixtureRequest, private_stack: Outputs, private: Private
) -> Iterator[tuple[str, Any]]:
    """A function's name, and a maker of clients that have its role."""
    private.deploy("sign-in")  # it is so already, but after a test that deployed otherwise
    name = request.param
    known = private_stack.client("lambda").get_function(FunctionName=function(private_stack, name))[
        "Configuration"
    ]
    given = private_stack.client("sts").assume_role(RoleArn=known["Role"], RoleSessionName="test")[
        "Credentials"
    ]
    session = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], emulator.REGION
    )
    yield name, lambda service: session.client(service, endpoint_url=private_stack.aws_endpoint_url)


def test_a_role_may_do_what_its_function_does_and_is_refused_the_rest(
    role: tuple[str, Any], private_stack: Outputs
) -> None:
    name, client = role
    allowed = set()
    for what, ask in asked(private_stack).items():
        try:
            ask(client)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("AccessDenied", "AccessDeniedException", "403"):
                continue
            assert code in ("NoSuchKey", "404"), (what, code)
        allowed.add(what)
    assert allowed == NEEDED[name]
