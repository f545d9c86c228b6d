"""The HTTPS API: one app in two functions, the light one for reading, the image for speech."""

import string
from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, aws_apigatewayv2, aws_lambda, aws_secretsmanager
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.function import model_function, zip_function
from infra.settings import Settings

GET, POST = aws_apigatewayv2.HttpMethod.GET, aws_apigatewayv2.HttpMethod.POST
SPEECH_ROUTES = {  # what only the function with the model can answer
    "/asr": POST,
    "/v1/audio/transcriptions": POST,
    "/v1/models": GET,
}
GATEWAY_TIMEOUT_S = 29  # an HTTP API gives up after 30 s


class Api(Construct):
    """An HTTP API with throttling; writing needs the key that Secrets Manager holds."""

    def __init__(
        self, scope: Construct, name: str, *, environment: Mapping[str, str], settings: Settings
    ) -> None:
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
        shared = dict(environment) | {"EARSHOT_API_KEY_SECRET": self.key.secret_arn}
        timeout = Duration.seconds(GATEWAY_TIMEOUT_S)
        self.function = zip_function(
            self,
            "Api",
            handler="api",
            environment=shared,
            memory_mib=1024,
            timeout=timeout,
            settings=settings,
        )
        self.speech_function = model_function(
            self,
            "Speech",
            handler="api",
            environment=shared,
            memory_mib=settings.transcribe_memory_mib,
            timeout=timeout,
            settings=settings,
        )
        for function in self.functions:
            self.key.grant_read(function)
        self.http_api = aws_apigatewayv2.HttpApi(
            self,
            "HttpApi",
            create_default_stage=False,
            default_integration=HttpLambdaIntegration("ReadIntegration", self.function),
        )
        aws_apigatewayv2.HttpStage(
            self,
            "Stage",
            http_api=self.http_api,
            stage_name="$default",
            auto_deploy=True,
            throttle=aws_apigatewayv2.ThrottleSettings(
                rate_limit=settings.api_rate_per_s, burst_limit=settings.api_burst
            ),
        )
        speech = HttpLambdaIntegration("SpeechIntegration", self.speech_function)
        for route, method in SPEECH_ROUTES.items():
            self.http_api.add_routes(path=route, methods=[method], integration=speech)

    @property
    def functions(self) -> tuple[aws_lambda.Function, ...]:
        return (self.function, self.speech_function)
