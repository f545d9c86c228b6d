"""The bulk lane's stack: GPU instances that process the main stack's bulk queue."""

from typing import Any

from aws_cdk import CfnOutput, CrossStackReferences, ReferenceStrength, Stack, aws_iam
from constructs import Construct

from infra.bulk_fleet import Fleet
from infra.bulk_worker import BulkWorker
from infra.own_key import WRITING, encrypt
from infra.settings import Settings
from infra.stack import EarshotStack


class BulkStack(Stack):
    """SQS -> ECS on EC2 -> the main stack's table and buckets."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        main: EarshotStack,
        settings: Settings,
        **options: Any,
    ) -> None:
        super().__init__(scope, name, **options)
        # Exports that are in use can't be removed: with them, turning `bulk` off would fail.
        CrossStackReferences.of(self).consume(ReferenceStrength.WEAK)
        if main.bulk is None:
            raise ValueError("the main stack has no bulk queue: set bulk=true")
        fleet = Fleet(self, "Fleet", settings=settings)
        worker = BulkWorker(
            self,
            "Bulk",
            fleet=fleet,
            queue=main.bulk.queue,
            store=main.store,
            settings=settings,
        )
        audio, bodies, table = main.audio, main.records.transcripts, main.records.table
        grants: dict[str, tuple[str, ...]] = {
            main.bulk.queue.queue_arn: (
                "sqs:ReceiveMessage",
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
            ),
            # Listing makes a missing object a 404; without it S3 says 403.
            audio.bucket_arn: ("s3:ListBucket",),
            audio.arn_for_objects("*"): ("s3:GetObject",),
            table.table_arn: ("dynamodb:GetItem", "dynamodb:UpdateItem"),
            bodies.arn_for_objects("*"): ("s3:PutObject", "s3:DeleteObject"),
        }
        if settings.kms_key_arn:
            grants[settings.kms_key_arn] = WRITING
        for resource, actions in grants.items():
            worker.role.add_to_principal_policy(
                aws_iam.PolicyStatement(actions=list(actions), resources=[resource])
            )
        if settings.kms_key_arn:
            encrypt(self, settings.kms_key_arn)
        CfnOutput(self, "Cluster", value=fleet.cluster.cluster_name)
        CfnOutput(self, "WorkerLogs", value=worker.logs.log_group_name)
