"""The machines of the bulk lane: GPU instances that run only while there is work."""

from aws_cdk import Tags, aws_autoscaling, aws_ec2, aws_ecs, aws_iam
from constructs import Construct

from infra.network import outward_only, own_vpc
from infra.settings import Settings

DISK_GIB = 100  # the image with CUDA takes ten; the rest is for recordings at work


class Fleet(Construct):
    """An ECS cluster whose capacity provider starts and stops Spot instances as tasks need them.

    The subnets are public, and the security group lets nothing in. A NAT gateway would cost more
    than it protects. S3, which is read most, is reached through a gateway endpoint. In a VPC of the
    operator's own, instances are in its private subnets and have no public address.
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        vpc = own_vpc(self, settings) if settings.vpc_id else self._made_vpc()
        self.cluster = aws_ecs.Cluster(self, "Cluster", vpc=vpc)
        self.provider = aws_ecs.AsgCapacityProvider(
            self,
            "Provider",
            auto_scaling_group=self._instances(vpc, settings),
            # ECS starts instances for waiting tasks, and drains them before they stop.
            enable_managed_scaling=True,
            enable_managed_draining=True,
            enable_managed_termination_protection=False,
            target_capacity_percent=100,
        )
        self.cluster.add_asg_capacity_provider(self.provider)

    def _made_vpc(self) -> aws_ec2.Vpc:
        return aws_ec2.Vpc(
            self,
            "Vpc",
            max_azs=3,  # each is one more Spot pool; two if the region is unknown at synthesis
            nat_gateways=0,
            subnet_configuration=[
                aws_ec2.SubnetConfiguration(
                    name="Public", subnet_type=aws_ec2.SubnetType.PUBLIC, cidr_mask=20
                )
            ],
            restrict_default_security_group=False,  # nothing uses it
            gateway_endpoints={
                "S3": aws_ec2.GatewayVpcEndpointOptions(
                    service=aws_ec2.GatewayVpcEndpointAwsService.S3
                ),
                "DynamoDb": aws_ec2.GatewayVpcEndpointOptions(
                    service=aws_ec2.GatewayVpcEndpointAwsService.DYNAMODB
                ),
            },
        )

    def _instances(self, vpc: aws_ec2.IVpc, settings: Settings) -> aws_autoscaling.AutoScalingGroup:
        role = aws_iam.Role(
            self, "InstanceRole", assumed_by=aws_iam.ServicePrincipal("ec2.amazonaws.com")
        )
        # Not in the CDK's own grants. Without it, ECS_ENABLE_SPOT_INSTANCE_DRAINING does nothing:
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/instance_IAM_role.html
        role.add_to_policy(
            aws_iam.PolicyStatement(
                actions=["ecs:UpdateContainerInstancesState"],
                resources=["*"],
                conditions={"ArnEquals": {"ecs:cluster": self.cluster.cluster_arn}},
            )
        )
        types = [aws_ec2.InstanceType(one) for one in settings.bulk_instances.split(",")]
        template = aws_ec2.LaunchTemplate(
            self,
            "Template",
            machine_image=aws_ecs.EcsOptimizedImage.amazon_linux2023(aws_ecs.AmiHardwareType.GPU),
            instance_type=types[0],
            role=role,
            user_data=_user_data(),
            security_group=outward_only(self, "Closed", vpc, "Nothing comes in"),
            associate_public_ip_address=settings.vpc_id is None,
            require_imdsv2=True,
            http_put_response_hop_limit=1,  # so that no container can use the instance's role
            detailed_monitoring=True,
            block_devices=[
                aws_ec2.BlockDevice(
                    device_name="/dev/xvda",
                    volume=aws_ec2.BlockDeviceVolume.ebs(
                        DISK_GIB, volume_type=aws_ec2.EbsDeviceVolumeType.GP3, encrypted=True
                    ),
                )
            ],
        )
        group = aws_autoscaling.AutoScalingGroup(
            self,
            "Instances",
            vpc=vpc,
            vpc_subnets=aws_ec2.SubnetSelection(
                subnet_type=(
                    aws_ec2.SubnetType.PRIVATE_WITH_EGRESS
                    if settings.vpc_id
                    else aws_ec2.SubnetType.PUBLIC
                )
            ),
            min_capacity=0,
            max_capacity=settings.bulk_max_workers,
            mixed_instances_policy=aws_autoscaling.MixedInstancesPolicy(
                launch_template=template,
                launch_template_overrides=[
                    aws_autoscaling.LaunchTemplateOverrides(instance_type=one) for one in types
                ],
                instances_distribution=aws_autoscaling.InstancesDistribution(
                    on_demand_base_capacity=settings.bulk_on_demand_base,
                    on_demand_percentage_above_base_capacity=0,
                    spot_allocation_strategy=(
                        aws_autoscaling.SpotAllocationStrategy.PRICE_CAPACITY_OPTIMIZED
                    ),
                ),
            ),
            capacity_rebalance=True,
        )
        Tags.of(group).add("Name", f"{settings.stack_name}-bulk")
        return group


def _user_data() -> aws_ec2.UserData:
    """The settings that ECS's agent reads when it starts."""
    user_data = aws_ec2.UserData.for_linux()
    settings = {
        "ECS_ENABLE_GPU_SUPPORT": "true",
        # Tasks get SIGTERM as soon as AWS announces the end of their Spot instance.
        "ECS_ENABLE_SPOT_INSTANCE_DRAINING": "true",
        "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE": "true",
    }
    for name, value in settings.items():
        user_data.add_commands(f"echo {name}={value} >> /etc/ecs/ecs.config")
    return user_data
