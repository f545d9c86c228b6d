"""The bulk lane's workers: one container per GPU, as many as the backlog needs."""

from collections.abc import Mapping

from aws_cdk import (
    Duration,
    RemovalPolicy,
    Stack,
    aws_applicationautoscaling,
    aws_cloudwatch,
    aws_ecr,
    aws_ecr_assets,
    aws_ecs,
    aws_iam,
    aws_logs,
    aws_sqs,
)
from constructs import Construct

from earshot.settings import BulkSettings, environment_of
from infra import code
from infra.bulk_fleet import Fleet
from infra.bulk_queue import MAX_RECEIVES, VISIBILITY_S
from infra.function import SET_BY_IMAGE, repository_and_version
from infra.settings import Settings

STOP_TIMEOUT_S = 120  # the most that ECS allows, and the notice that a Spot instance gets
MEMORY_MIB = 12_000  # the smallest instance has 16 GB; the model is on the GPU
METRIC_PERIOD = Duration.minutes(1)  # how often SQS reports to CloudWatch


class BulkWorker(Construct):
    """None while the queue is empty, then one for every `bulk_files_per_worker` files in it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        fleet: Fleet,
        queue: aws_sqs.IQueue,
        store: Mapping[str, str],
        settings: Settings,
    ) -> None:
        super().__init__(scope, name)
        self.logs = aws_logs.LogGroup(
            self, "Logs", retention=settings.log_retention, removal_policy=RemovalPolicy.DESTROY
        )
        # With a bridge, containers use the instance's public address. With addresses of their own
        # they would need a NAT gateway to reach AWS.
        task = aws_ecs.Ec2TaskDefinition(
            self,
            "Task",
            network_mode=aws_ecs.NetworkMode.BRIDGE,
            task_role=aws_iam.Role(
                self, "Role", assumed_by=aws_iam.ServicePrincipal("ecs-tasks.amazonaws.com")
            ),
            execution_role=aws_iam.Role(
                self, "StartRole", assumed_by=aws_iam.ServicePrincipal("ecs-tasks.amazonaws.com")
            ),
        )
        self.role = task.task_role
        container = task.add_container(
            "Worker",
            image=_image(self, settings),
            gpu_count=1,
            memory_reservation_mib=MEMORY_MIB,
            stop_timeout=Duration.seconds(STOP_TIMEOUT_S),
            readonly_root_filesystem=True,
            environment=environment_of(
                BulkSettings,
                **store,
                bulk_queue_url=queue.queue_url,
                max_receives=MAX_RECEIVES,
                visibility_s=VISIBILITY_S,
                max_audio_bytes=settings.bulk_max_audio_bytes,
                unconfined_decoder="allow" if settings.unconfined_decoder else None,
                max_audio_seconds=settings.bulk_max_audio_seconds,
                set_elsewhere=SET_BY_IMAGE,
            )
            # Lambda sets it for functions; ECS does not, and botocore reads no other name.
            | {"AWS_DEFAULT_REGION": Stack.of(self).region},
            logging=aws_ecs.LogDrivers.aws_logs(stream_prefix="worker", log_group=self.logs),
        )
        task.add_volume(
            name="scratch",
            docker_volume_configuration=aws_ecs.DockerVolumeConfiguration(
                scope=aws_ecs.Scope.TASK, driver="local"
            ),
        )
        container.add_mount_points(
            aws_ecs.MountPoint(source_volume="scratch", container_path="/tmp", read_only=False)  # noqa: S108
        )
        self.service = aws_ecs.Ec2Service(
            self,
            "Service",
            cluster=fleet.cluster,
            task_definition=task,
            desired_count=0,
            # A GPU has room for one worker: the old one stops before the new one starts.
            min_healthy_percent=0,
            max_healthy_percent=100,
            capacity_provider_strategies=[
                aws_ecs.CapacityProviderStrategy(
                    capacity_provider=fleet.provider.capacity_provider_name, weight=1
                )
            ],
        )
        # The cluster's association with the capacity provider, which the CDK adds later, is below
        # it: a service that comes first is refused, or finds no provider when it is deleted.
        self.service.node.add_dependency(fleet.cluster)
        self._scale(queue, settings)

    def _scale(self, queue: aws_sqs.IQueue, settings: Settings) -> None:
        """Scale the number of workers with the backlog.

        Hidden messages count: workers are busy with them. The number depends on the backlog alone,
        not on the backlog per running worker, which is undefined when none runs.
        """
        backlog = aws_cloudwatch.MathExpression(
            expression="waiting + hidden",
            using_metrics={
                "waiting": queue.metric_approximate_number_of_messages_visible(
                    period=METRIC_PERIOD, statistic="Maximum"
                ),
                "hidden": queue.metric_approximate_number_of_messages_not_visible(
                    period=METRIC_PERIOD, statistic="Maximum"
                ),
            },
            period=METRIC_PERIOD,
            label="backlog",
        )
        files = settings.bulk_files_per_worker
        steps = [aws_applicationautoscaling.ScalingInterval(upper=0.5, change=0)]
        for workers in range(1, settings.bulk_max_workers + 1):
            last = workers == settings.bulk_max_workers
            steps.append(
                aws_applicationautoscaling.ScalingInterval(
                    lower=max(0.5, (workers - 1) * files),
                    upper=None if last else workers * files,
                    change=workers,
                )
            )
        self.service.auto_scale_task_count(
            min_capacity=0, max_capacity=settings.bulk_max_workers
        ).scale_on_metric(
            "Backlog",
            metric=backlog,
            scaling_steps=steps,
            adjustment_type=aws_applicationautoscaling.AdjustmentType.EXACT_CAPACITY,
            cooldown=Duration.minutes(5),
        )


def _image(scope: Construct, settings: Settings) -> aws_ecs.ContainerImage:
    if settings.bulk_image:
        repository, version = repository_and_version(settings.bulk_image)
        return aws_ecs.ContainerImage.from_ecr_repository(
            aws_ecr.Repository.from_repository_name(scope, "Repository", repository), version
        )
    return aws_ecs.ContainerImage.from_asset(  # of what .dockerignore lets through
        str(code.ROOT),
        file="containers/bulk/Dockerfile",
        build_args=settings.build_args,
        platform=aws_ecr_assets.Platform.LINUX_AMD64,
    )
