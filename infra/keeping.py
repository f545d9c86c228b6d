"""What outlives the stack, and what is kept of what was replaced or deleted in it."""

from aws_cdk import Duration, RemovalPolicy, aws_s3

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
