"""A VPC of the operator's own: what is in it, and who may speak to whom there."""

import json
from typing import Any

import pytest

from infra.network import INTERFACES
from tests.infra.conftest import CHOSEN, ROOT
from tests.infra.template import Template, listed, reference

SUBNETS = str(CHOSEN["vpc_subnet_ids"]).split(",")
NOTHING = "255.255.255.255/32"  # CloudFormation opens a group that names no way out


@pytest.fixture
def groups(chosen: Template) -> dict[str, Any]:
    return chosen.properties("EC2::SecurityGroup")


def test_every_function_is_in_the_private_subnets(chosen: Template) -> None:
    assert len(chosen.functions) == 8
    for name, function in chosen.functions.items():
        assert function["VpcConfig"]["SubnetIds"] == SUBNETS, name


def test_functions_reach_out_by_https_alone_and_the_one_that_decodes_for_strangers_not_at_all(
    chosen: Template, groups: dict[str, Any]
) -> None:
    for name, function in chosen.functions.items():
        (group,) = function["VpcConfig"]["SecurityGroupIds"]
        (way,) = groups[reference(group)]["SecurityGroupEgress"]
        if name == "ApiSpeech":
            assert way["CidrIp"] == NOTHING
        else:
            assert (way["IpProtocol"], way["FromPort"], way["ToPort"]) == ("tcp", 443, 443), name


def test_nobody_but_functions_gets_to_the_search_domain(
    chosen: Template, groups: dict[str, Any]
) -> None:
    (domain,) = chosen.properties("OpenSearchService::Domain").values()
    (group,) = domain["VPCOptions"]["SecurityGroupIds"]
    (way_in,) = chosen.properties("EC2::SecurityGroupIngress").values()
    assert reference(way_in["GroupId"]) == reference(group) == "NetworkSearch"
    assert reference(way_in["SourceSecurityGroupId"]) == "NetworkFunctions"
    assert (way_in["FromPort"], way_in["ToPort"]) == (443, 443)
    assert all("SecurityGroupIngress" not in one for one in groups.values())
    assert groups["NetworkSearch"]["SecurityGroupEgress"][0]["CidrIp"] == NOTHING


def test_the_domain_has_one_subnet_of_each_of_its_zones(chosen: Template) -> None:
    (domain,) = chosen.properties("OpenSearchService::Domain").values()
    assert domain["ClusterConfig"]["ZoneAwarenessConfig"] == {"AvailabilityZoneCount": 3}
    assert domain["VPCOptions"]["SubnetIds"] == SUBNETS


def test_lambda_may_make_interfaces_and_the_functions_own_code_may_not(chosen: Template) -> None:
    for name, function in chosen.functions.items():
        about = [
            one for one in chosen.statements(name) if set(INTERFACES) <= set(listed(one["Action"]))
        ]
        effects = {one["Effect"]: one for one in about}
        assert set(effects) == {"Allow", "Deny"}, name
        condition = json.dumps(effects["Deny"]["Condition"])
        assert "lambda:SourceFunctionArn" in condition
        assert ":function:Earshot-*" in condition
        role = chosen.resources("Lambda::Function")[name]["DependsOn"]
        assert any("DefaultPolicy" in one for one in role), "Lambda asks when it makes the function"
        assert function["VpcConfig"]


def test_the_bulk_lane_is_in_it_without_public_addresses(chosen: Template) -> None:
    bulk = Template(chosen.assembly, "EarshotBulk")
    (group,) = bulk.properties("AutoScaling::AutoScalingGroup").values()
    assert group["VPCZoneIdentifier"] == SUBNETS
    (template,) = bulk.properties("EC2::LaunchTemplate").values()
    (interface,) = template["LaunchTemplateData"]["NetworkInterfaces"]
    assert interface["AssociatePublicIpAddress"] is False
    for kind in ("EC2::VPC", "EC2::Subnet", "EC2::InternetGateway", "EC2::VPCEndpoint"):
        assert not bulk.properties(kind), "the operator's are used"


def test_the_bulk_lanes_instances_reach_out_by_https_alone(aws: Template, chosen: Template) -> None:
    for assembly in (aws.assembly, chosen.assembly):
        bulk = Template(assembly, "EarshotBulk")
        (group,) = bulk.properties("EC2::SecurityGroup").values()
        (way,) = group["SecurityGroupEgress"]
        assert (way["FromPort"], way["ToPort"]) == (443, 443)


def test_nothing_was_looked_up_and_no_zone_was_made_up(chosen: Template) -> None:
    assert not (chosen.assembly / "cdk.context.json").exists()
    manifest = json.loads((chosen.assembly / "manifest.json").read_text())
    assert "missing" not in manifest, "the CDK would ask the account"
    for path in chosen.assembly.glob("*.template.json"):
        assert "zone-0" not in path.read_text()


def test_outputs_name_the_groups_and_the_guide_explains_them(chosen: Template) -> None:
    outputs = chosen.body["Outputs"]
    assert reference(outputs["FunctionsSecurityGroup"]["Value"]) == "NetworkFunctions"
    assert reference(outputs["SearchSecurityGroup"]["Value"]) == "NetworkSearch"
    guide = (ROOT / "docs" / "deploy.md").read_text()
    told = [name for name in outputs if not name.startswith("PublishOutput")]
    assert {name for name in told if f"`{name}`" not in guide} <= {"ApiId", "SiteBucket"}


def test_without_the_setting_nothing_is_in_a_vpc(aws: Template) -> None:
    assert all("VpcConfig" not in one for one in aws.functions.values())
    assert not aws.properties("EC2::SecurityGroup")
