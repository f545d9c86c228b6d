"""The bucket for audio."""

from aws_cdk import Duration, aws_s3
from constructs import Construct

from infra.keeping import kept, old_versions_expire
from infra.settings import Settings


class AudioBucket(Construct):
    """Private, encrypted, TLS only. Kept when the stack goes: recordings are irreplaceable.

    A bucket of the operator's own is used as it is; only its notifications are set.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        logs: aws_s3.IBucket | None,
        settings: Settings,
    ) -> None:
        """`logs` takes its access log."""
        super().__init__(scope, name)
        if settings.audio_bucket:
            self.bucket: aws_s3.IBucket = aws_s3.Bucket.from_bucket_name(
                self, "Bucket", settings.audio_bucket
            )
            return
        self.bucket = aws_s3.Bucket(
            self,
            "Bucket",
            block_public_access=aws_s3.BlockPublicAccess.BLOCK_ALL,
            encryption=aws_s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=settings.tls,
            object_ownership=aws_s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=kept(settings.retain),
            versioned=settings.versions,
            server_access_logs_bucket=logs,
            server_access_logs_prefix="audio/" if logs else None,
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
                # S3 tells of what it expires, and the transcript goes with it.
                *(
                    [aws_s3.LifecycleRule(id="kept", expiration=Duration.days(settings.keep_days))]
                    if settings.keep_days
                    else []
                ),
            ],
        )
