"""The recordings: a DynamoDB table with a stream, and a bucket for long transcripts and copies."""

from aws_cdk import aws_dynamodb, aws_s3
from constructs import Construct

from earshot.recordings.listing import KEY_INDEX, LIST_INDEX, UPLOAD_INDEX
from infra.keeping import kept, old_versions_expire, table
from infra.settings import Settings


class Records(Construct):
    """Pay per request, point-in-time recovery, kept when the stack is deleted."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        logs: aws_s3.IBucket | None,
        settings: Settings,
    ) -> None:
        """`logs` takes the bucket's access log."""
        super().__init__(scope, name)
        removal = kept(settings.retain)
        text = aws_dynamodb.AttributeType.STRING
        self.table = table(
            self,
            "Table",
            "recording_id",
            settings,
            stream=aws_dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="expires_at",
            deletion_protection=settings.retain and settings.table_protection,
        )
        self.table.add_global_secondary_index(
            index_name=LIST_INDEX,
            partition_key=aws_dynamodb.Attribute(name="status", type=text),
            sort_key=aws_dynamodb.Attribute(name="listed_at", type=text),
            projection_type=aws_dynamodb.ProjectionType.KEYS_ONLY,
        )
        self.table.add_global_secondary_index(
            index_name=KEY_INDEX,
            partition_key=aws_dynamodb.Attribute(name="listed_in", type=text),
            sort_key=aws_dynamodb.Attribute(name="key", type=text),
            projection_type=aws_dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=["status"],
        )
        self.table.add_global_secondary_index(
            index_name=UPLOAD_INDEX,
            partition_key=aws_dynamodb.Attribute(name="listed_in", type=text),
            sort_key=aws_dynamodb.Attribute(name="uploaded_at", type=text),
            projection_type=aws_dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=["status"],
        )
        self.transcripts = aws_s3.Bucket(
            self,
            "Transcripts",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            server_access_logs_bucket=logs,
            server_access_logs_prefix="transcripts/" if logs else None,
            enforce_ssl=settings.tls,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=removal,
            versioned=settings.versions,  # else an older item could not be restored with its text
            lifecycle_rules=old_versions_expire(settings),
        )
