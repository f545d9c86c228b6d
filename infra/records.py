"""The recordings: a DynamoDB table with a stream, and a bucket for long transcripts and copies."""

from aws_cdk import RemovalPolicy, aws_dynamodb, aws_s3
from constructs import Construct

from earshot.recordings.listing import KEY_INDEX, LIST_INDEX


class Records(Construct):
    """Pay per request, point-in-time recovery, kept when the stack is deleted."""

    def __init__(self, scope: Construct, name: str, *, retain: bool, tls: bool) -> None:
        super().__init__(scope, name)
        removal = RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY
        text = aws_dynamodb.AttributeType.STRING
        self.table = aws_dynamodb.Table(
            self,
            "Table",
            partition_key=aws_dynamodb.Attribute(name="recording_id", type=text),
            billing_mode=aws_dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=aws_dynamodb.TableEncryption.AWS_MANAGED,
            point_in_time_recovery_specification=aws_dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            stream=aws_dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="expires_at",
            removal_policy=removal,
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
        self.transcripts = aws_s3.Bucket(
            self,
            "Transcripts",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=tls,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=removal,
        )
