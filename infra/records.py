"""The recordings: a DynamoDB table with a stream, and a bucket for long transcripts and copies."""

from typing import NamedTuple

from aws_cdk import aws_dynamodb, aws_s3
from constructs import Construct

from earshot.recordings.listing import KEY_INDEX, LIST_INDEX, UPLOAD_INDEX
from infra.keeping import kept, old_versions_expire, table
from infra.settings import Settings

TEXT = aws_dynamodb.AttributeType.STRING


class Index(NamedTuple):
    """A global secondary index; both its keys are texts. `also` are attributes beside the keys."""

    name: str
    partition: str
    sort: str
    also: tuple[str, ...] = ()


# In the order in which versions brought them. CloudFormation adds one in an update, so what is new
# goes to the end: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
INDEXES = (
    Index(LIST_INDEX, "status", "listed_at"),
    Index(KEY_INDEX, "listed_in", "key", ("status",)),
    Index(UPLOAD_INDEX, "listed_in", "uploaded_at", ("status",)),
)


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
        self.table = table(
            self,
            "Table",
            "recording_id",
            settings,
            stream=aws_dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="expires_at",
            deletion_protection=settings.retain and settings.table_protection,
        )
        for index in INDEXES[: settings.table_indexes]:
            self.table.add_global_secondary_index(
                index_name=index.name,
                partition_key=aws_dynamodb.Attribute(name=index.partition, type=TEXT),
                sort_key=aws_dynamodb.Attribute(name=index.sort, type=TEXT),
                projection_type=(
                    aws_dynamodb.ProjectionType.INCLUDE
                    if index.also
                    else aws_dynamodb.ProjectionType.KEYS_ONLY
                ),
                non_key_attributes=list(index.also) or None,
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
