"""A VPC that leads nowhere is found before functions time out in it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from earshot.cli.preflight.findings import Finding, Plan, State
from earshot.cli.preflight.own_vpc import CALLED, CALLED_BY_BULK
from tests.unit.cli.test_preflight import DOMAIN, STACK, found

PLAN = Plan(vpc_id="vpc-0a", vpc_subnet_ids="subnet-0a,subnet-0b")
NO_ROLE = ClientError({"Error": {"Code": "NoSuchEntity", "Message": "no"}}, "GetRole")


def subnet(name: str, zone: str, vpc: str = "vpc-0a") -> dict[str, str]:
    return {"SubnetId": name, "AvailabilityZone": zone, "VpcId": vpc}


def table(way: dict[str, str] | None, **associated: Any) -> dict[str, Any]:
    routes = [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}]
    routes += [{"DestinationCidrBlock": "0.0.0.0/0", **way}] if way else []
    return {"Associations": [associated], "Routes": routes}


NAT = table({"NatGatewayId": "nat-1"}, Main=True)
NOWHERE = table(None, Main=True)
SUBNETS = [subnet("subnet-0a", "eu-central-1a"), subnet("subnet-0b", "eu-central-1b")]


def endpoints(*services: str, private_dns: bool = True) -> list[dict[str, Any]]:
    return [
        {
            "ServiceName": f"com.amazonaws.eu-central-1.{one}",
            "VpcEndpointType": "Gateway" if one in ("s3", "dynamodb") else "Interface",
            "PrivateDnsEnabled": private_dns,
        }
        for one in services
    ]


def vpc(plan: Plan = PLAN, **told: Any) -> dict[str, Finding]:
    """What was found of the VPC alone."""
    there: dict[str, Any] = {
        "describe_subnets": {"Subnets": told.pop("subnets", SUBNETS)},
        "describe_route_tables": {"RouteTables": told.pop("tables", [NAT])},
        "describe_vpc_endpoints": {"VpcEndpoints": told.pop("endpoints", [])},
        "get_role": {},
    }
    every = found(plan, **(there | told))
    return {
        what: one for what, one in every.items() if what.startswith(("VPC", "subnet", "search"))
    }


def test_subnets_that_lead_out_by_nat_are_fine() -> None:
    assert vpc()["VPC"].state is State.FINE


def test_without_nat_every_service_that_is_called_needs_an_endpoint() -> None:
    finding = vpc(tables=[NOWHERE], endpoints=endpoints("s3", "dynamodb", "sqs"))["subnet-0a"]
    assert finding.state is State.STOPS
    for service in ("events", "lambda", "secretsmanager"):
        assert service in finding.said
    assert "sqs" not in finding.said


def test_an_endpoint_without_private_dns_leads_nobody() -> None:
    without = endpoints(*CALLED, private_dns=False)
    finding = vpc(tables=[NOWHERE], endpoints=without)["subnet-0a"]
    assert "sqs" in finding.said
    assert "s3" not in finding.said, "a gateway needs none"


def test_with_all_endpoints_it_is_said_what_still_can_not_be_reached() -> None:
    finding = vpc(tables=[NOWHERE], endpoints=endpoints(*CALLED))["subnet-0a"]
    assert finding.state is State.LOOK
    assert "webhooks" in finding.said


def test_the_bulk_lane_needs_more_endpoints() -> None:
    bulk = Plan(vpc_id="vpc-0a", vpc_subnet_ids="subnet-0a,subnet-0b", bulk=True)
    finding = vpc(bulk, tables=[NOWHERE], endpoints=endpoints(*CALLED))["subnet-0a"]
    assert finding.state is State.STOPS
    for service in CALLED_BY_BULK:
        assert service in finding.said


def test_a_public_subnet_is_refused_by_its_own_table_or_the_main_one() -> None:
    gateway = {"GatewayId": "igw-1"}
    own = vpc(tables=[NAT, table(gateway, SubnetId="subnet-0b")])
    assert "internet gateway" in own["subnet-0b"].said
    assert "subnet-0a" not in own
    assert set(vpc(tables=[table(gateway, Main=True)])) == {"subnet-0a", "subnet-0b"}


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (subnet("subnet-0b", "eu-central-1a"), "one of each zone"),
        (subnet("subnet-0b", "eu-central-1b", "vpc-0b"), "It is in vpc-0b, not in vpc-0a"),
    ],
)
def test_subnets_that_do_not_go_together_are_refused(second: dict[str, str], said: str) -> None:
    assert said in vpc(subnets=[SUBNETS[0], second])["subnet-0b"].said


def test_an_account_that_never_had_a_domain_in_a_vpc_is_told_the_command() -> None:
    finding = vpc(get_role=NO_ROLE)["search domain's role"]
    assert finding.state is State.STOPS
    assert "create-service-linked-role" in finding.said
    own = Plan(vpc_id="vpc-0a", vpc_subnet_ids="subnet-0a", opensearch_url="https://s.example.org")
    assert "search domain's role" not in vpc(own, get_role=NO_ROLE)


def test_moving_a_deployed_search_domain_into_a_vpc_is_refused_unasked() -> None:
    deployed: dict[str, Any] = {
        "describe_stacks": {"Stacks": [STACK]},
        "describe_stack_resources": DOMAIN,
    }
    assert "as vpc_id" in vpc(**deployed)["search domain"].said
    there = STACK | {"Outputs": [*STACK["Outputs"], {"OutputKey": "Vpc", "OutputValue": "vpc-0a"}]}
    assert "search domain" not in vpc(**deployed | {"describe_stacks": {"Stacks": [there]}})
