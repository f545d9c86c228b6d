"""The main stack: composes the constructs and holds all grants between them."""

from typing import Any

from aws_cdk import CfnOutput, Stack, Tags
from constructs import Construct

from api.settings import ApiSettings
from earshot.settings import environment_of
from infra.access import Access
from infra.access_logs import AccessLogs
from infra.api import Api
from infra.audio import AudioBucket
from infra.budget import budget
from infra.bulk_queue import BulkQueue
from infra.fetching import Fetching
from infra.function import allow
from infra.ingestion import Ingestion
from infra.monitoring import Monitoring
from infra.network import Network
from infra.own_key import READING, WRITING, encrypt
from infra.projection import Projection
from infra.records import Records
from infra.routing import Routing
from infra.search_domain import READER_METHODS, READER_PATHS, WRITER_METHODS, SearchDomain
from infra.settings import Settings
from infra.sign_in import CookieKey, SignIn
from infra.site import Site
from infra.webhooks import Webhooks


class EarshotStack(Stack):
    """S3 -> SQS -> transcribe -> DynamoDB -> stream -> index -> OpenSearch <- API <- CloudFront."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, **options: Any) -> None:
        super().__init__(scope, name, **options)
        for tag in (settings.tags or "").split(",") if settings.tags else ():
            Tags.of(scope).add(*tag.split("=", 1))
        logs = (
            AccessLogs(self, "AccessLogs", settings=settings).bucket
            if settings.access_logs and settings.observed
            else None
        )
        audio = AudioBucket(self, "Audio", logs=logs, settings=settings).bucket
        records = Records(self, "Records", logs=logs, settings=settings)
        if settings.opensearch_url:
            domain, opensearch_url = None, settings.opensearch_url
            domain_arn = settings.opensearch_arn
        else:
            # A domain can't move into a VPC or out of it: under another name it is another one.
            place = "PrivateSearch" if settings.vpc_id else "Search"
            domain = SearchDomain(self, place, settings=settings).domain
            opensearch_url, domain_arn = f"https://{domain.domain_endpoint}", domain.domain_arn

        access = Access(self, "Access", settings=settings)

        store = {
            "table": records.table.table_name,
            "audio_bucket": audio.bucket_name,
            "transcripts_bucket": records.transcripts.bucket_name,
        }
        search = {
            "opensearch_url": opensearch_url,
            "index": settings.search_index,
            "refresh_interval": settings.refresh_interval,
        }
        bulk = BulkQueue(self, "Bulk") if settings.bulk else None
        ingestion = Ingestion(self, "Ingestion", store=store, bulk=bulk, settings=settings)
        Routing(self, "Routing", bucket=audio, live=ingestion, bulk=bulk)
        projection = Projection(
            self,
            "Projection",
            table=records.table,
            store=store,
            search=search,
            settings=settings,
        )
        webhooks = Webhooks(self, "Webhooks", bus=projection.bus, settings=settings)
        fetching = Fetching(self, "Fetching", store=store, settings=settings)
        retranscriptions = bulk.queue if bulk else ingestion.queue
        api = Api(
            self,
            "Api",
            store=store,
            search=search,
            retranscriptions=retranscriptions,
            keys=access.keys,
            hooks=webhooks.hooks,
            fetches=fetching.queue,
            settings=settings,
        )
        cookie_key = (
            CookieKey(self, "Cookies", public_key=settings.session_key)
            if settings.private and settings.session_key
            else None
        )
        site = Site(
            self,
            "Site",
            audio=audio,
            copies=records.transcripts,
            api=api.http_api,
            logs=logs,
            readers=cookie_key.group if cookie_key else None,
            settings=settings,
        )
        sign_in = (
            SignIn(
                self,
                "SignIn",
                site=site.origin,
                cookie_key=cookie_key,
                keys=access.keys,
                http_api=api.http_api,
                settings=settings,
            )
            if cookie_key
            else None
        )

        if settings.local is None:  # where the site has another address than its distribution's
            for variable, value in environment_of(
                ApiSettings, set_elsewhere=ApiSettings.model_fields, site_url=site.url
            ).items():
                api.function.add_environment(variable, value)

        transcribe, index = ingestion.function, projection.function
        read, keyed, speech = api.functions
        audio_objects, bodies, table = (
            audio.arn_for_objects("*"),
            records.transcripts,
            records.table,
        )
        # With ListBucket a missing object is a 404; without it, a 403 like a forbidden one.
        allow(transcribe, audio.bucket_arn, "s3:ListBucket")
        allow(transcribe, audio_objects, "s3:GetObject")
        allow(transcribe, table.table_arn, "dynamodb:GetItem", "dynamodb:UpdateItem")
        allow(transcribe, bodies.arn_for_objects("*"), "s3:PutObject", "s3:DeleteObject")
        if bulk:
            allow(transcribe, bulk.queue.queue_arn, "sqs:SendMessage")  # files that are too long
        allow(index, bodies.arn_for_objects("*"), "s3:GetObject")
        allow(index, bodies.bucket_arn, "s3:ListBucket")
        allow(index, projection.bus.event_bus_arn, "events:PutEvents")
        allow(read, table.table_arn, "dynamodb:GetItem", "dynamodb:BatchGetItem")
        allow(read, f"{table.table_arn}/index/*", "dynamodb:Query")
        allow(read, bodies.arn_for_objects("*"), "s3:GetObject")
        allow(read, bodies.bucket_arn, "s3:ListBucket")
        for checking in (keyed, read) if settings.private else (keyed,):
            allow(checking, api.key.secret_arn, "secretsmanager:GetSecretValue")
            allow(checking, access.keys.table_arn, "dynamodb:GetItem", "dynamodb:UpdateItem")
        allow(keyed, webhooks.hooks.table_arn, "dynamodb:PutItem", "dynamodb:DeleteItem")
        allow(keyed, webhooks.hooks.table_arn, "dynamodb:Scan")
        allow(keyed, fetching.queue.queue_arn, "sqs:SendMessage")
        allow(fetching.function, audio_objects, "s3:PutObject", "s3:AbortMultipartUpload")
        allow(fetching.function, table.table_arn, "dynamodb:GetItem", "dynamodb:UpdateItem")
        allow(keyed, speech.function_arn, "lambda:InvokeFunction")
        # The second for tombstones of imports without audio.
        allow(keyed, table.table_arn, "dynamodb:GetItem", "dynamodb:UpdateItem")
        allow(keyed, bodies.arn_for_objects("*"), "s3:GetObject", "s3:DeleteObject")
        allow(keyed, bodies.bucket_arn, "s3:ListBucket")
        # A presigned upload may do what its signer may.
        allow(keyed, audio_objects, "s3:PutObject", "s3:DeleteObject")
        allow(keyed, retranscriptions.queue_arn, "sqs:SendMessage")
        if key := settings.kms_key_arn:
            for function in (transcribe, index, keyed, webhooks.function, fetching.function):
                allow(function, key, *WRITING)
            allow(read, key, *READING)
            if sign_in and not settings.signs_in:
                allow(sign_in.function, key, *READING)  # it reads the table of keys
        if domain_arn:
            allow(index, f"{domain_arn}/*", *(f"es:ESHttp{one}" for one in WRITER_METHODS))
            for path in READER_PATHS:
                reading = (f"es:ESHttp{one}" for one in READER_METHODS)
                allow(read, f"{domain_arn}/{settings.search_index}/{path}", *reading)

        outputs = {
            "AudioBucket": audio.bucket_name,
            "Table": records.table.table_name,
            "TranscriptsBucket": records.transcripts.bucket_name,
            "ApiUrl": api.http_api.api_endpoint,
            "ApiId": api.http_api.api_id,
            "SiteUrl": site.url,
            "SiteBucket": site.bucket.bucket_name,
            "OpenSearchUrl": opensearch_url,
            "IndexAlias": settings.search_index,
            "ApiKeySecret": api.key.secret_arn,
            "KeysTable": access.keys.table_name,
            "QueueUrl": ingestion.queue.queue_url,
            "DeadLetterQueueUrl": ingestion.dead_letters.queue_url,
            "IndexFailureQueueUrl": projection.failures.queue_url,
            "EventBus": projection.bus.event_bus_name,
            "FetchQueueUrl": fetching.queue.queue_url,
            "FetchDeadLetterQueueUrl": fetching.dead_letters.queue_url,
            "WebhookQueueUrl": webhooks.queue.queue_url,
            "WebhookDeadLetterQueueUrl": webhooks.dead_letters.queue_url,
        }
        if bulk:
            outputs |= {"BulkQueueUrl": bulk.queue.queue_url}
            outputs |= {"BulkDeadLetterQueueUrl": bulk.dead_letters.queue_url}
        if sign_in and sign_in.people:
            outputs |= {"UserPoolId": sign_in.people.pool.user_pool_id}
        if settings.monthly_budget_usd and settings.observed:
            budget(self, settings)
        if settings.observed:
            monitoring = Monitoring(
                self,
                "Monitoring",
                ingestion=ingestion,
                bulk=bulk,
                projection=projection,
                webhooks=webhooks,
                fetching=fetching,
                api=api,
                site=site,
                sign_in=sign_in,
                domain=domain,
                settings=settings,
            )
            outputs |= {"AlarmTopic": monitoring.topic.topic_arn}
            outputs |= {"DashboardUrl": monitoring.dashboard_url}
        if settings.vpc_id:
            network = Network(self, "Network", settings=settings)
            outward = (transcribe, index, read, keyed, webhooks.function, fetching.function)
            network.place((*outward, *([sign_in.function] if sign_in else [])), network.functions)
            network.place([speech], network.nowhere)
            outputs |= {"Vpc": settings.vpc_id}
            outputs |= {"FunctionsSecurityGroup": network.functions.security_group_id}
            if domain:
                network.hold(domain)
                outputs |= {"SearchSecurityGroup": network.search.security_group_id}
        if settings.kms_key_arn:
            outputs |= {"KmsKey": settings.kms_key_arn}
            # S3 delivers its access logs to no bucket with such a key.
            encrypt(self, settings.kms_key_arn, but=logs)
        for output, value in outputs.items():
            CfnOutput(self, output, value=value)
        self.audio, self.records, self.bulk, self.store = audio, records, bulk, store
