"""The bucket for audio."""

from aws_cdk import Duration, aws_s3
from constructs import Construct

from infra.keeping import kept, old_versions_expire
from infra.settings import Settings


class AudioBucket(Construct):
    """Private, encrypted, TLS only. Kept when the stack goes: recordings are irreplaceable."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name)
        self.bucket = aws_s3.Bucket(
            self,
            "Bucket",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=settings.tls,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=kept(settings.retain),
            versioned=settings.versions,
            # Pages of any origin may post a file here with the form that `POST /uploads` signs.
            # Playback goes through the CDN, which is same-origin and needs no CORS.
            cors=[
                aws_s3.CorsRule(
                    allowed_methods=[aws_s3.HttpMethods.POST],
                    allowed_origins=["*"],
                    allowed_headers=["*"],
                    max_age=3600,
                )
            ],
            lifecycle_rules=[
                aws_s3.LifecycleRule(
                    id="abandoned-uploads", abort_incomplete_multipart_upload_after=Duration.days(7)
                ),
                *old_versions_expire(settings),
            ],
        )
