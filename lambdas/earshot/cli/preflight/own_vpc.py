"""Whether a VPC of the operator's own leads functions, search domain and bulk lane to AWS."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from earshot.cli.preflight.findings import Finding, Plan, Session, State

# What functions call, and what the bulk lane's instances call besides. Through a gateway or an
# interface; the names are those of AWS's endpoints.
CALLED = ("s3", "dynamodb", "sqs", "secretsmanager", "lambda", "events")
CALLED_BY_BULK = ("ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "logs")
# Without it, AWS makes no domain in a VPC.
SERVICE_ROLE = "AWSServiceRoleForAmazonOpenSearchService"
ANYWHERE = "0.0.0.0/0"


def own_vpc(session: Session, plan: Plan) -> Iterator[Finding]:
    """Nothing where the settings name no VPC."""
    if not plan.vpc_id or not plan.vpc_subnet_ids:
        return
    ec2, names = session.client("ec2"), plan.vpc_subnet_ids.split(",")
    subnets = ec2.describe_subnets(SubnetIds=names)["Subnets"]
    found = [*_subnets(plan.vpc_id, subnets)]
    in_vpc = [{"Name": "vpc-id", "Values": [plan.vpc_id]}]
    tables = ec2.describe_route_tables(Filters=in_vpc)["RouteTables"]
    endpoints = ec2.describe_vpc_endpoints(Filters=in_vpc)["VpcEndpoints"]
    called = (*CALLED, *(CALLED_BY_BULK if plan.bulk else ()))
    there = {service for service in called if _leads_to(service, endpoints, session.region_name)}
    for name in names:
        found += _ways(name, _default_route(name, tables), set(called) - there)
    if not plan.opensearch_url:
        found += _service_role(session)
    yield from found or [Finding("VPC", State.FINE, "its subnets lead to all that is called")]


def _subnets(vpc: str, subnets: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    zones: set[str] = set()
    for one in subnets:
        name, zone = one["SubnetId"], one["AvailabilityZone"]
        if one["VpcId"] != vpc:
            yield _stops(name, f"It is in {one['VpcId']}, not in {vpc}.")
        if zone in zones:
            yield _stops(name, f"Another subnet is in {zone}, too: name one of each zone.")
        zones.add(zone)


def _default_route(subnet: str, tables: Sequence[Mapping[str, Any]]) -> str | None:
    """What the subnet's way to anywhere begins with (`nat-…`, `igw-…`); None if it has none."""
    own = [one for one in tables if subnet in _associated(one, "SubnetId")]
    main = [one for one in tables if True in _associated(one, "Main")]
    for route in (own or main or [{"Routes": []}])[0]["Routes"]:
        if route.get("DestinationCidrBlock") == ANYWHERE:
            target = route.get("NatGatewayId") or route.get("GatewayId")
            return str(target or "another way")
    return None


def _associated(table: Mapping[str, Any], what: str) -> list[Any]:
    return [one.get(what) for one in table["Associations"]]


def _ways(subnet: str, way: str | None, missing: set[str]) -> Iterator[Finding]:
    if way and way.startswith("igw-"):
        yield _stops(
            subnet,
            "Its way out is an internet gateway, which functions can't use: they have no public "
            "address. Name private subnets.",
        )
    elif way is None and missing:
        yield _stops(
            subnet,
            "It has no way out, and the VPC has no endpoint (or one without private DNS) for "
            f"{', '.join(sorted(missing))}. Make these, or a route to a NAT gateway.",
        )
    elif way is None:
        yield Finding(
            subnet,
            State.LOOK,
            "It has no way out. AWS is reached by endpoints; addresses to fetch from, webhooks and "
            "a provider to sign in with are not.",
        )


def _leads_to(service: str, endpoints: Iterable[Mapping[str, Any]], region: str | None) -> bool:
    name = f"com.amazonaws.{region}.{service}"
    return any(
        one["ServiceName"] == name
        and (one["VpcEndpointType"] == "Gateway" or one.get("PrivateDnsEnabled"))
        for one in endpoints
    )


def _service_role(session: Session) -> Iterator[Finding]:
    try:
        session.client("iam").get_role(RoleName=SERVICE_ROLE)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        yield _stops(
            "search domain's role",
            "OpenSearch Service may not enter a VPC of this account yet. Once: `aws iam "
            "create-service-linked-role --aws-service-name opensearchservice.amazonaws.com`.",
        )


def _stops(what: str, said: str) -> Finding:
    return Finding(what, State.STOPS, said)
