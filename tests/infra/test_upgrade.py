"""An update from a release that is deployed: what holds data stays, and no step is refused.

`releases/` has, of each release, the resources that hold something or that an address depends on,
with the properties that CloudFormation can't change without replacing them (`createOnlyProperties`
of its schemas).
"""

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from infra.records import INDEXES, Records
from infra.settings import Settings
from tests.infra.template import Template

RELEASES = sorted((Path(__file__).parent / "releases").glob("*.json"))


def released(path: Path) -> dict[str, dict[str, Any]]:
    stacks: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return stacks


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_an_update_replaces_nothing_that_holds_data(aws: Template, path: Path) -> None:
    for stack, resources in released(path).items():
        now = Template(aws.assembly, stack).body["Resources"]
        for logical_id, before in resources.items():
            assert logical_id in now, "it would be deleted, and another made"
            properties = now[logical_id].get("Properties", {})
            assert now[logical_id]["Type"] == before["Type"]
            for name, value in before["fixed"].items():
                assert properties[name] == value, f"{logical_id} would be replaced"
            if before["Type"] in ("AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::DynamoDB::Table"):
                named = {"BucketName", "QueueName", "TableName"} & set(properties)
                assert not named, "a name of its own is another resource"


def indexes(table_indexes: int, tmp_path: Path) -> list[dict[str, Any]]:
    """Of the table with this setting."""
    app = cdk.App(outdir=str(tmp_path / str(table_indexes)))
    stack = cdk.Stack(app, "Earshot")
    settings = Settings.from_values({"table_indexes": table_indexes})
    Records(stack, "Records", logs=None, settings=settings)
    template = Template(Path(app.synth().directory))
    (table,) = template.properties("DynamoDB::Table").values()
    used = {
        key["AttributeName"] for one in table["GlobalSecondaryIndexes"] for key in one["KeySchema"]
    }
    declared = {one["AttributeName"] for one in table["AttributeDefinitions"]}
    assert declared == used | {"recording_id"}, "DynamoDB refuses one that no key uses"
    found: list[dict[str, Any]] = table["GlobalSecondaryIndexes"]
    return found


@pytest.mark.parametrize("path", RELEASES, ids=lambda path: path.stem)
def test_a_table_of_a_release_gets_one_index_a_deployment_and_keeps_those_it_has(
    path: Path, tmp_path: Path
) -> None:
    (table,) = [one for one in released(path)["Earshot"].values() if "indexes" in one]
    before = table["indexes"]
    for number in range(len(before) + 1, len(INDEXES) + 1):
        after = indexes(number, tmp_path)
        assert after[:-1] == before, "CloudFormation refuses a second change of indexes"
        before = after
    assert len(before) == Settings().table_indexes, "a new stack has all of them at once"
