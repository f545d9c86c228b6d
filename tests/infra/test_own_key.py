"""A key of the operator's own: what it encrypts, who may use it, and what is spared with a reason.

CloudFormation's own schemas, which come with cfn-lint, say which kinds of resources take a key. So
a kind that is new to the stacks is found here without being listed.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from infra.own_key import READING, WRITING
from tests.infra.conftest import CHOSEN
from tests.infra.template import Template, listed, name

KEY = str(CHOSEN["kms_key_arn"])
COMBINED = ("oneOf", "anyOf", "allOf")
TAKES_A_KEY = re.compile(r"(?i)kms.*key|key.*kms")

# Kinds that could have a key, and don't. A reason each.
SPARED = {
    "AWS::Lambda::Function": "an environment has names of resources; Lambda encrypts it, and "
    "with our key the function that decodes strangers' files would have to be let use it",
    "AWS::Lambda::EventSourceMapping": "its filter names two states of a recording",
    "AWS::ECS::Cluster": "nobody logs into its containers, and Fargate is not used",
    "AWS::ECS::Service": "it has no volumes that ECS manages, and no Service Connect",
    "AWS::Cognito::UserPool": "what Cognito needs of a key's policy could not be read in its docs",
}
# Resources of a kind that has the key elsewhere.
WITHOUT = {"AccessLogsBucket": "S3 delivers access logs to no bucket with a key of one's own"}


def nested(
    schema: Mapping[str, Any], node: Mapping[str, Any], seen: frozenset[str]
) -> Iterator[str]:
    """The names of all properties below `node` of a schema."""
    if (target := node.get("$ref")) and target not in seen:
        found: Any = schema
        for part in target.removeprefix("#/").split("/"):
            found = found[part]
        yield from nested(schema, found, seen | {target})
    for key, one in node.get("properties", {}).items():
        yield key
        yield from nested(schema, one, seen)
    for one in (node.get("items"), *(one for kind in COMBINED for one in node.get(kind, ()))):
        if isinstance(one, dict):
            yield from nested(schema, one, seen)


def takes_a_key(kind: str) -> bool:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    return any(TAKES_A_KEY.search(one) for one in nested(schema, schema, frozenset()))


@pytest.fixture(scope="module")
def resources(chosen: Template) -> dict[str, Any]:
    """Of both stacks, with every choice made."""
    bulk = Template(chosen.assembly, "EarshotBulk").body["Resources"]
    return {**chosen.body["Resources"], **bulk}


@pytest.fixture(scope="module")
def kinds(resources: dict[str, Any]) -> set[str]:
    every = {one["Type"] for one in resources.values() if one["Type"].startswith("AWS::")}
    return {kind for kind in every if takes_a_key(kind)}


def test_the_schemas_know_which_kinds_take_a_key(kinds: set[str]) -> None:
    known = {"S3::Bucket", "DynamoDB::Table", "SQS::Queue", "SNS::Topic", "Logs::LogGroup"}
    known |= {"OpenSearchService::Domain", "SecretsManager::Secret", "Events::EventBus"}
    assert {f"AWS::{one}" for one in known} <= kinds
    assert set(SPARED) <= kinds, "nothing is spared that is not there"


def test_everything_that_holds_data_is_encrypted_with_the_key(
    resources: dict[str, Any], kinds: set[str]
) -> None:
    bare = {
        name(one)
        for one, it in resources.items()
        if it["Type"] in kinds - set(SPARED) and KEY not in str(it["Properties"])
    }
    assert bare == set(WITHOUT)


def test_no_queue_has_two_ways_to_be_encrypted(chosen: Template) -> None:
    for queue in chosen.properties("SQS::Queue").values():
        assert queue["KmsMasterKeyId"] == KEY
        assert "SqsManagedSseEnabled" not in queue, "SQS refuses both at once"


def test_a_bucket_asks_for_the_key_once_for_many_objects(chosen: Template) -> None:
    for one in ("AudioBucket", "RecordsTranscripts", "SiteBucket"):
        bucket = chosen.properties("S3::Bucket")[one]
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"] is True
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"


def test_without_the_setting_there_is_no_key(aws: Template) -> None:
    assert "arn:aws:kms" not in aws.path.read_text()


@pytest.mark.parametrize(
    ("function", "actions"),
    [
        ("IngestionTranscribe", WRITING),
        ("ApiKeyed", WRITING),
        ("FetchingFetch", WRITING),
        ("WebhooksCall", WRITING),
        ("ProjectionIndex", WRITING),  # it reads the stream, and sends to queue and bus
        ("Api", READING),
        ("ApiSpeech", ()),
        ("SignInFunction", ()),  # people sign in: it reads no table of keys
    ],
)
def test_functions_use_the_key_for_what_they_do_and_no_more(
    chosen: Template, function: str, actions: tuple[str, ...]
) -> None:
    granted = {
        action
        for one in chosen.statements(function)
        if KEY in listed(one["Resource"])
        for action in listed(one["Action"])
    }
    assert granted == set(actions)


def test_the_bulk_lanes_workers_use_the_key_too(chosen: Template) -> None:
    bulk = Template(chosen.assembly, "EarshotBulk")
    granted = [
        set(listed(one["Action"]))
        for policy in bulk.properties("IAM::Policy").values()
        for one in policy["PolicyDocument"]["Statement"]
        if one["Resource"] == KEY
    ]
    assert granted == [set(WRITING)]


def test_the_page_is_copied_into_a_bucket_with_the_key(chosen: Template) -> None:
    copies = [
        one
        for named, policy in chosen.properties("IAM::Policy").items()
        if "BucketDeployment" in named
        for one in policy["PolicyDocument"]["Statement"]
        if one["Resource"] == KEY
    ]
    assert [set(one["Action"]) for one in copies] == [set(WRITING)]
