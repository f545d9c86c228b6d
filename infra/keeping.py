"""What outlives the stack, and what is kept of what was replaced or deleted in it."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, aws_dynamodb, aws_s3
from constructs import Construct

from infra.settings import Settings


def kept(retain: bool) -> RemovalPolicy:
    """Kept when the stack goes, but not when the deployment that was to make it fails.

    Otherwise each failed try would leave buckets and a table behind that no later one adopts.
    """
    return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if retain else RemovalPolicy.DESTROY


def old_versions_expire(settings: Settings) -> list[aws_s3.LifecycleRule]:
    """Replaced and deleted objects go after a time, and then the markers of their deletion."""
    if not settings.versions:
        return []
    return [
        aws_s3.LifecycleRule(
            id="old-versions",
            noncurrent_version_expiration=Duration.days(settings.version_days),
            expired_object_delete_marker=True,
        )
    ]


def table(
    scope: Construct,
    name: str,
    partition_key: str,
    settings: Settings,
    **options: Any,
) -> aws_dynamodb.Table:
    """Pay per request, with point-in-time recovery, encrypted, and kept when the stack is deleted.

    `partition_key` is a text; `options` are more of Table's.
    """
    return aws_dynamodb.Table(
        scope,
        name,
        partition_key=aws_dynamodb.Attribute(
            name=partition_key, type=aws_dynamodb.AttributeType.STRING
        ),
        billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=aws_dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        removal_policy=kept(settings.retain),
        **options,
    )
