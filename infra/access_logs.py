"""The bucket that takes the access logs of the CDN and of the other buckets."""

from aws_cdk import Duration, RemovalPolicy, aws_s3
from constructs import Construct

from infra.settings import Settings


class AccessLogs(Construct):
    """Kept for `log_days`, and gone with the stack. CloudFront writes it by an access list."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        self.bucket = aws_s3.Bucket(
            self,
            "Bucket",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            object_ownership=aws_s3.ObjectOwnership.OBJECT_WRITER,
            removal_policy=RemovalPolicy.DESTROY,
            auto_delete_objects=True,
            lifecycle_rules=[
                aws_s3.LifecycleRule(id="log-days", expiration=Duration.days(settings.log_days))
            ],
        )
