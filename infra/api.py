"""The HTTPS API: one app in three functions, which differ in what they may do.

The one that reads is open to everybody and can change nothing. The one that checks keys changes
things, and hands what is to be transcribed on to the third: it holds the model, and nobody else may
invoke it.
"""

import json
import string
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import (
    Duration,
    RemovalPolicy,
    aws_apigatewayv2,
    aws_dynamodb,
    aws_lambda,
    aws_logs,
    aws_secretsmanager,
    aws_sqs,
)
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from api.settings import ApiSettings
from earshot.settings import environment_of
from infra.function import model_function, zip_function
from infra.settings import Settings

POST, DELETE = aws_apigatewayv2.HttpMethod.POST, aws_apigatewayv2.HttpMethod.DELETE
PATCH = aws_apigatewayv2.HttpMethod.PATCH
GET, HEAD = aws_apigatewayv2.HttpMethod.GET, aws_apigatewayv2.HttpMethod.HEAD
SPEECH_ROUTES = (
    "/asr",
    "/detect-language",
    "/v1/audio/transcriptions",
    "/v1/audio/translations",
)
KEYED_ROUTES = {  # every other route reads
    **{path: [POST] for path in SPEECH_ROUTES},
    # Anybody may ask for these, but not with a wrong key.
    "/v1/models": [GET, HEAD],
    "/v1/models/{name+}": [GET, HEAD],
    "/uploads": [POST],
    "/jobs": [POST],
    "/hooks": [GET, POST],
    "/hooks/{hook_id}": [DELETE],
    "/recordings/{recording_id}": [DELETE, PATCH],
    "/recordings/{recording_id}/retranscribe": [POST],
}
FUNCTION_TIMEOUT_S = 29  # an HTTP API waits 30 s
SPEECH_TIMEOUT_S = 28  # the function that hands on waits no longer (api/speech_function.py)


class Api(Construct):
    """An HTTP API with throttling. Transcribing and writing need the key in Secrets Manager."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        store: Mapping[str, str],
        search: Mapping[str, str],
        retranscriptions: aws_sqs.IQueue,
        keys: aws_dynamodb.ITable,
        hooks: aws_dynamodb.ITable,
        fetches: aws_sqs.IQueue,
        settings: Settings,
    ) -> None:
        """`retranscriptions` takes the recordings that are to be transcribed again; `keys`
        has the named keys, `hooks` the addresses that are told of recordings;
        `fetches` takes addresses whose sound is to be fetched.
        """
        super().__init__(scope, name)
        self.key = aws_secretsmanager.Secret(
            self,
            "Key",
            description="Earshot's API key: the bearer token for transcribing and writing",
            generate_secret_string=aws_secretsmanager.SecretStringGenerator(
                exclude_characters=string.punctuation, password_length=40
            ),
            removal_policy=RemovalPolicy.DESTROY,
        )
        shared: dict[str, Any] = {
            **store,
            **search,
            "max_audio_bytes": settings.max_audio_bytes,
            "max_request_seconds": settings.max_request_seconds,
            "model_name": settings.model_name,
            "language": settings.language,
            "strict_model_names": settings.strict_model_names,
        }
        checking = {
            "reading": settings.reading,
            "session_key": settings.session_key if settings.private else None,
            "api_key_secret": self.key.secret_arn,
            "keys_table": keys.table_name,
        }
        # Where everybody reads, the function that reads knows no key.
        readers = checking if settings.private else {"reads_only": "true"}
        timeout = Duration.seconds(FUNCTION_TIMEOUT_S)
        self.function = zip_function(
            self,
            "Api",
            handler="api",
            environment=environment_of(ApiSettings, **shared, **readers),
            memory_mib=1024,
            timeout=timeout,
            settings=settings,
        )
        self.speech_function = model_function(
            self,
            "Speech",
            handler="api",
            environment=environment_of(
                ApiSettings,
                **shared,
                key_is_checked="true",
                unconfined_decoder=None if settings.confined_functions else "allow",
                model=settings.function_model,
                writer=settings.function_writer,
            ),
            memory_mib=settings.transcribe_memory_mib,
            timeout=Duration.seconds(SPEECH_TIMEOUT_S),
            settings=settings,
        )
        self.keyed_function = zip_function(
            self,
            "Keyed",
            handler="api",
            environment=environment_of(
                ApiSettings,
                **shared,
                **checking,
                hooks_table=hooks.table_name,
                fetch_queue_url=fetches.queue_url,
                local_addresses="true" if settings.local else None,
                retranscribe_queue_url=retranscriptions.queue_url,
                speech_function=self.speech_function.function_name,
            ),
            memory_mib=1024,
            timeout=timeout,
            settings=settings,
        )
        self.http_api = aws_apigatewayv2.HttpApi(
            self,
            "HttpApi",
            create_default_stage=False,
            default_integration=HttpLambdaIntegration("ReadIntegration", self.function),
        )
        keyed = HttpLambdaIntegration("KeyedIntegration", self.keyed_function)
        routes = [
            route
            for path, methods in KEYED_ROUTES.items()
            for route in self.http_api.add_routes(path=path, methods=methods, integration=keyed)
        ]
        self.stage = self._stage(routes, settings)

    def _stage(
        self, routes: Sequence[aws_apigatewayv2.HttpRoute], settings: Settings
    ) -> aws_apigatewayv2.HttpStage:
        """The only stage. The routes that run the model have a lower limit of their own."""
        stage = aws_apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.http_api,
            stage_name="$default",
            auto_deploy=True,
            throttle=aws_apigatewayv2.ThrottleSettings(
                rate_limit=settings.api_rate_per_s, burst_limit=settings.api_burst
            ),
        )
        resource = stage.node.default_child  # the construct has no option for these
        resource.route_settings = {
            route: {
                "ThrottlingRateLimit": settings.speech_rate_per_s,
                "ThrottlingBurstLimit": settings.speech_burst,
            }
            for route in (f"POST {path}" for path in SPEECH_ROUTES)
        }
        # API Gateway refuses limits for a route that doesn't exist yet.
        stage.node.add_dependency(*routes)
        if settings.observed:
            resource.access_log_settings = self._access_log(settings)
        return stage

    def _access_log(
        self, settings: Settings
    ) -> aws_apigatewayv2.CfnStage.AccessLogSettingsProperty:
        """Method, path, status and times of each request. Queries are private and not logged."""
        group = aws_logs.LogGroup(
            self,
            "AccessLog",
            # AWS services may write below this prefix without a resource policy for each group; an
            # account can have only ten of those.
            log_group_name=f"/aws/vendedlogs/{settings.stack_name}/api",
            retention=settings.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        fields = {
            "time": "$context.requestTime",
            "request_id": "$context.requestId",
            "method": "$context.httpMethod",
            "route": "$context.routeKey",
            "path": "$context.path",
            "status": "$context.status",
            "bytes": "$context.responseLength",
            "latency_ms": "$context.responseLatency",
            "function_ms": "$context.integrationLatency",
            "error": "$context.integrationErrorMessage",
        }
        return aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=group.log_group_arn, format=json.dumps(fields)
        )

    @property
    def functions(self) -> tuple[aws_lambda.Function, ...]:
        return (self.function, self.keyed_function, self.speech_function)
