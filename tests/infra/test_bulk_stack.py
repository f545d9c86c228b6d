"""The bulk lane's instances and workers: run only while there is work, with least privilege."""

import json
from pathlib import Path
from typing import Any

import pytest

from earshot.settings import BulkSettings
from tests.infra import image
from tests.infra.conftest import NO_PIP, ROOT, synthesize
from tests.infra.template import Template, listed

DOCKERFILE = ROOT / "containers" / "bulk" / "Dockerfile"


def container(bulk: Template) -> dict[str, Any]:
    (task,) = bulk.properties("ECS::TaskDefinition").values()
    (found,) = task["ContainerDefinitions"]
    return dict(found)


def variables(bulk: Template) -> dict[str, Any]:
    return {one["Name"]: one["Value"] for one in container(bulk)["Environment"]}


def test_the_worker_has_a_gpu_for_itself_and_two_minutes_to_end(bulk: Template) -> None:
    worker = container(bulk)
    assert worker["ResourceRequirements"] == [{"Type": "GPU", "Value": "1"}]
    assert worker["StopTimeout"] == 120
    assert worker["ReadonlyRootFilesystem"] is True


def test_the_worker_starts_with_the_settings_it_gets(
    bulk: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables(bulk).items():
        monkeypatch.setenv(name, value if isinstance(value, str) else "a-reference")
    monkeypatch.setenv("EARSHOT_MODEL", "/opt/models/one")  # as the image has it
    settings = BulkSettings()
    assert settings.max_audio_seconds == 12 * 3600
    assert settings.max_audio_bytes == 2 * 1024**3


def test_the_worker_knows_its_region_by_the_name_that_botocore_reads(bulk: Template) -> None:
    assert variables(bulk)["AWS_DEFAULT_REGION"] == {"Ref": "AWS::Region"}


def test_the_worker_knows_which_attempt_is_the_last(aws: Template, bulk: Template) -> None:
    queue = aws.properties("SQS::Queue")["BulkQueue"]
    told = variables(bulk)
    assert told["EARSHOT_MAX_RECEIVES"] == str(queue["RedrivePolicy"]["maxReceiveCount"])
    assert told["EARSHOT_VISIBILITY_S"] == str(queue["VisibilityTimeout"])


def allowed(bulk: Template, role: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, policy in bulk.properties("IAM::Policy").items():
        if name.startswith(role):
            for one in policy["PolicyDocument"]["Statement"]:
                for resource in listed(one["Resource"]):
                    found.setdefault(imported(resource), set()).update(listed(one["Action"]))
    return found


def imported(resource: Any) -> str:
    """The main stack's resource that a value refers to."""
    text = json.dumps(resource)
    names = ("BulkQueue", "AudioBucket", "RecordsTable", "RecordsTranscripts", "BulkLogs")
    text = text.replace("OutputRef", "")  # how a stack refers to another's output
    found = [name for name in names if name in text]
    return found[0] if found else text


def test_the_worker_may_do_what_it_does_and_no_more(bulk: Template) -> None:
    assert allowed(bulk, "BulkRole") == {
        "BulkQueue": {"sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"},
        "AudioBucket": {"s3:ListBucket", "s3:GetObject"},
        "RecordsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "RecordsTranscripts": {"s3:PutObject", "s3:DeleteObject"},
    }
    assert allowed(bulk, "BulkStartRole")["BulkLogs"] == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    }
    for role in bulk.properties("IAM::Role").values():
        assert "ManagedPolicyArns" not in role
        assert "Policies" not in role


def test_instances_are_spot_but_one_let_nobody_in_and_keep_their_role_to_themselves(
    bulk: Template,
) -> None:
    (group,) = bulk.properties("AutoScaling::AutoScalingGroup").values()
    assert (group["MinSize"], group["MaxSize"]) == ("0", "4")
    distribution = group["MixedInstancesPolicy"]["InstancesDistribution"]
    assert distribution["OnDemandBaseCapacity"] == 1, "work goes on where there is no Spot"
    assert distribution["OnDemandPercentageAboveBaseCapacity"] == 0
    kinds = group["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert len(kinds) == 4, "several pools, so that one that runs dry stops nothing"
    for one in bulk.properties("EC2::SecurityGroup").values():
        assert "SecurityGroupIngress" not in one
    assert not bulk.properties("EC2::SecurityGroupIngress")
    (template,) = bulk.properties("EC2::LaunchTemplate").values()
    data = template["LaunchTemplateData"]
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1}
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    started = json.dumps(data["UserData"])
    assert "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true" in started
    assert not bulk.properties("EC2::NatGateway"), "it would cost more than an idle search node"


def test_the_capacity_provider_starts_and_drains_instances(bulk: Template) -> None:
    (provider,) = bulk.properties("ECS::CapacityProvider").values()
    told = provider["AutoScalingGroupProvider"]
    assert told["ManagedScaling"]["Status"] == "ENABLED"
    assert told["ManagedDraining"] == "ENABLED"


def test_an_instance_may_say_that_it_is_being_taken_away(bulk: Template) -> None:
    """Otherwise ECS goes on giving it work until Spot ends it."""
    (policy,) = [
        one for name, one in bulk.properties("IAM::Policy").items() if "InstanceRole" in name
    ]
    (found,) = [
        one
        for one in policy["PolicyDocument"]["Statement"]
        if "ecs:UpdateContainerInstancesState" in listed(one["Action"])
    ]
    assert list(found["Condition"]["ArnEquals"]) == ["ecs:cluster"]


def test_the_service_comes_after_its_cluster_knows_the_capacity_provider(bulk: Template) -> None:
    (service,) = bulk.resources("ECS::Service").values()
    association = [
        name
        for name, one in bulk.body["Resources"].items()
        if one["Type"] == "AWS::ECS::ClusterCapacityProviderAssociations"
    ]
    assert set(association) <= set(service["DependsOn"])
    assert association


def test_the_lane_can_be_turned_off_because_no_export_is_in_use(
    aws: Template, bulk: Template
) -> None:
    assert [one for one in aws.body["Outputs"].values() if "Export" in one] == []
    text = bulk.path.read_text()
    assert "Fn::ImportValue" not in text
    assert "Fn::GetStackOutput" in text


def workers(bulk: Template, backlog: int) -> set[int]:
    """The number of workers that the scaling policies set for this backlog."""
    alarms = bulk.properties("CloudWatch::Alarm")
    policies = bulk.properties("ApplicationAutoScaling::ScalingPolicy")
    asked: set[int] = set()
    for side in ("Lower", "Upper"):
        (alarm,) = [one for name, one in alarms.items() if name.endswith(f"{side}Alarm")]
        (policy,) = [one for name, one in policies.items() if name.endswith(f"{side}Policy")]
        over = backlog - alarm["Threshold"]
        if over < 0 if side == "Upper" else over > 0:
            continue
        configuration = policy["StepScalingPolicyConfiguration"]
        assert configuration["AdjustmentType"] == "ExactCapacity"
        for step in configuration["StepAdjustments"]:
            low = step.get("MetricIntervalLowerBound", float("-inf"))
            high = step.get("MetricIntervalUpperBound", float("inf"))
            # Below a lower alarm's threshold, the upper bound is the closed one.
            inside = low < over <= high if side == "Lower" else low <= over < high
            if inside:
                asked.add(step["ScalingAdjustment"])
    return asked


@pytest.mark.parametrize(
    ("backlog", "wanted"),
    [(0, {0}), (1, {1}), (1999, {1}), (2001, {2}), (4500, {3}), (6001, {4}), (100_000, {4})],
)
def test_there_are_as_many_workers_as_the_backlog_has_portions(
    bulk: Template, backlog: int, wanted: set[int]
) -> None:
    assert workers(bulk, backlog) == wanted
    (target,) = bulk.properties("ApplicationAutoScaling::ScalableTarget").values()
    assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 4)
    (service,) = bulk.properties("ECS::Service").values()
    assert service["DesiredCount"] == 0


def test_a_registrys_image_and_other_instances_are_used_as_given(tmp_path: Path) -> None:
    digest = f"sha256:{'0f' * 32}"
    context = {
        **NO_PIP,
        "bulk": "true",
        "image": "earshot:1",
        "bulk_image": f"earshot-bulk@{digest}",
        "bulk_instances": "g6e.xlarge",
        "bulk_on_demand_base": "0",
    }
    done = synthesize(tmp_path, context)
    assert done.returncode == 0, done.stderr
    given = Template(tmp_path, "EarshotBulk")
    assert f"earshot-bulk@{digest}" in json.dumps(container(given)["Image"])
    (group,) = given.properties("AutoScaling::AutoScalingGroup").values()
    policy = group["MixedInstancesPolicy"]
    assert policy["LaunchTemplate"]["Overrides"] == [{"InstanceType": "g6e.xlarge"}]
    assert policy["InstancesDistribution"]["OnDemandBaseCapacity"] == 0
    assert not list(tmp_path.glob("asset.*/containers")), "nothing is left to build"


def test_the_image_is_built_from_what_is_there(bulk: Template) -> None:
    assets = json.loads((bulk.assembly / "EarshotBulk.assets.json").read_text())["dockerImages"]
    (source,) = [one["source"] for one in assets.values()]
    assert source["dockerFile"] == "containers/bulk/Dockerfile"
    context = bulk.assembly / source["directory"]
    assert (context / "containers/bulk/Dockerfile").is_file()
    for stage in image.stages(DOCKERFILE):
        for other, sources, _ in image.copies(stage):
            for one in sources:
                assert other or (context / one).exists(), one


def test_the_image_has_the_torch_that_everything_else_was_tested_with() -> None:
    model = (ROOT / "requirements-model.txt").read_text().splitlines()
    worker = (ROOT / "containers" / "bulk" / "requirements.txt").read_text().splitlines()
    for name in ("torch==", "transformers=="):
        (wanted,) = [line for line in model if line.startswith(name)]
        assert wanted in worker
