"""The one stack: composes the constructs and says, in one place, who may do what."""

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from infra.api import Api
from infra.audio import AudioBucket
from infra.ingestion import Ingestion
from infra.projection import Projection
from infra.records import Records
from infra.search_domain import SearchDomain
from infra.settings import Settings
from infra.site import Site

INDEX = "passages"


class EarshotStack(Stack):
    """S3 -> SQS -> transcribe -> DynamoDB -> stream -> index -> OpenSearch <- API <- CloudFront."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, **options: Any) -> None:
        super().__init__(scope, name, **options)
        audio = AudioBucket(self, "Audio", retain=settings.retain, tls=settings.tls).bucket
        records = Records(self, "Records", retain=settings.retain)
        domain = None
        if settings.opensearch_url is None:
            domain = SearchDomain(self, "Search", settings=settings)
        opensearch_url = settings.opensearch_url or domain.url  # type: ignore[union-attr]

        store = {
            "EARSHOT_TABLE": records.table.table_name,
            "EARSHOT_AUDIO_BUCKET": audio.bucket_name,
            "EARSHOT_TRANSCRIPTS_BUCKET": records.transcripts.bucket_name,
        }
        search = {
            "EARSHOT_OPENSEARCH_URL": opensearch_url,
            "EARSHOT_INDEX": INDEX,
            "EARSHOT_REFRESH_INTERVAL": settings.refresh_interval,
        }
        limits = {
            "EARSHOT_MAX_AUDIO_BYTES": str(settings.max_audio_bytes),
            "EARSHOT_MAX_AUDIO_SECONDS": str(settings.max_audio_seconds),
        }
        ingestion = Ingestion(
            self, "Ingestion", bucket=audio, environment=store | limits, settings=settings
        )
        projection = Projection(
            self, "Projection", table=records.table, environment=store | search, settings=settings
        )
        api = Api(self, "Api", environment=store | search | limits, settings=settings)
        site = Site(self, "Site", audio=audio, api=api.http_api, settings=settings)

        transcribe, index, (read, speech) = ingestion.function, projection.function, api.functions
        audio.grant_read(transcribe)
        records.table.grant(transcribe, "dynamodb:GetItem", "dynamodb:UpdateItem")
        records.transcripts.grant_put(transcribe)
        records.transcripts.grant_read(index)
        for function in (read, speech):
            records.table.grant(
                function, "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"
            )
            records.transcripts.grant_read(function)
        audio.grant_put(read)  # what a presigned upload may do is what its signer may
        audio.grant_delete(read)
        records.table.grant(read, "dynamodb:UpdateItem")  # tombstones of imports without sound
        if domain:
            domain.grant(index, "get", "head", "post", "put", "delete")
            domain.grant(read, "get", "head", "post")

        for output, value in {
            "AudioBucket": audio.bucket_name,
            "Table": records.table.table_name,
            "TranscriptsBucket": records.transcripts.bucket_name,
            "ApiUrl": api.http_api.api_endpoint,
            "ApiId": api.http_api.api_id,
            "SiteUrl": site.url,
            "SiteBucket": site.bucket.bucket_name,
            "OpenSearchUrl": opensearch_url,
            "IndexAlias": INDEX,
            "ApiKeySecret": api.key.secret_arn,
            "QueueUrl": ingestion.queue.queue_url,
            "DeadLetterQueueUrl": ingestion.dead_letters.queue_url,
            "IndexFailureQueueUrl": projection.failures.queue_url,
        }.items():
            CfnOutput(self, output, value=value)
