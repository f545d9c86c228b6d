"""A VPC of the operator's own: functions, search domain and bulk lane in its private subnets.

The stack makes security groups there and nothing else. Routes, endpoints and NAT are the VPC's, and
`earshot preflight` looks whether they lead where the functions have to go.
"""

from collections.abc import Iterable
from typing import Any

from aws_cdk import ArnFormat, Stack, aws_ec2, aws_iam, aws_lambda, aws_opensearchservice
from constructs import Construct

from infra.settings import Settings

HTTPS = aws_ec2.Port.tcp(443)  # all that AWS's services and the addresses of others speak
# What Lambda does by the function's role, and takes no narrower resource for:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)


def own_vpc(scope: Construct, settings: Settings) -> aws_ec2.IVpc:
    """The VPC as it is there. Nothing is looked up, so synthesis needs no credentials."""
    return aws_ec2.Vpc.from_vpc_attributes(
        scope,
        "Vpc",
        vpc_id=settings.vpc_id,
        private_subnet_ids=settings.subnets,
        # They come into no template, and have to be as many as the subnets.
        availability_zones=[f"zone-{n}" for n in range(len(settings.subnets))],
    )


def outward_only(
    scope: Construct, name: str, vpc: aws_ec2.IVpc, description: str
) -> aws_ec2.SecurityGroup:
    """A security group that lets HTTPS out and nothing in."""
    group = closed(scope, name, vpc, description)
    group.add_egress_rule(aws_ec2.Peer.any_ipv4(), HTTPS, "AWS, and addresses of others")
    return group


def closed(
    scope: Construct, name: str, vpc: aws_ec2.IVpc, description: str
) -> aws_ec2.SecurityGroup:
    """A security group that lets nothing out and nothing in."""
    return aws_ec2.SecurityGroup(
        scope, name, vpc=vpc, description=description, allow_all_outbound=False
    )


class Network(Construct):
    """Nothing comes in from anywhere, but functions to the search domain."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        self._settings = settings
        vpc = own_vpc(self, settings)
        self.functions = outward_only(self, "Functions", vpc, "Earshot: functions")
        # It decodes strangers' files and calls nobody: what breaks out of it gets nowhere.
        self.nowhere = closed(self, "Nowhere", vpc, "Earshot: the function that only computes")
        self.search = closed(self, "Search", vpc, "Earshot: the search domain")

    def place(self, functions: Iterable[aws_lambda.Function], group: aws_ec2.SecurityGroup) -> None:
        """Put functions into the subnets, with a security group."""
        for function in functions:
            resource: Any = function.node.default_child
            resource.vpc_config = aws_lambda.CfnFunction.VpcConfigProperty(
                subnet_ids=self._settings.subnets, security_group_ids=[group.security_group_id]
            )
            for effect, conditions in (
                (aws_iam.Effect.ALLOW, None),
                # The code itself may do nothing of it. AWS tells the two apart by this condition.
                (aws_iam.Effect.DENY, {"ArnLike": {"lambda:SourceFunctionArn": self._own()}}),
            ):
                function.add_to_role_policy(
                    aws_iam.PolicyStatement(
                        effect=effect,
                        actions=list(INTERFACES),
                        resources=["*"],
                        conditions=conditions,
                    )
                )

    def _own(self) -> str:
        """The stack's functions; by one's own name, a function and its role would wait for each
        other."""
        arn: str = Stack.of(self).format_arn(
            service="lambda",
            resource="function",
            resource_name=f"{self._settings.stack_name}-*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return arn

    def hold(self, domain: aws_opensearchservice.Domain) -> None:
        """Put the domain into as many of the subnets as it has zones, open to functions alone."""
        settings = self._settings
        zones = settings.opensearch_zones if settings.opensearch_nodes > 1 else 1
        resource: Any = domain.node.default_child
        resource.vpc_options = aws_opensearchservice.CfnDomain.VPCOptionsProperty(
            subnet_ids=settings.subnets[:zones], security_group_ids=[self.search.security_group_id]
        )
        self.search.add_ingress_rule(self.functions, HTTPS, "Functions that index and search")
