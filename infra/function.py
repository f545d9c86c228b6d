"""One Lambda function the way all of ours are: a role, a log group and bounds of its own."""

from collections.abc import Mapping

from aws_cdk import Duration, RemovalPolicy, aws_ecr, aws_lambda, aws_logs
from constructs import Construct

from infra import code
from infra.settings import Settings

IMAGE_HANDLER = ("transcribe", "api")  # what the image with the model can run


def _logs(scope: Construct, name: str, settings: Settings) -> aws_logs.LogGroup:
    return aws_logs.LogGroup(
        scope,
        f"{name}Logs",
        retention=_retention(settings.log_days),
        removal_policy=RemovalPolicy.DESTROY,
    )


def _retention(days: int) -> aws_logs.RetentionDays:
    """CloudWatch knows some numbers of days only."""
    try:
        return aws_logs.RetentionDays[_NUMBERS[days]]
    except KeyError as error:
        raise ValueError(f"log_days must be one of {sorted(_NUMBERS)}, not {days}") from error


_NUMBERS = {
    1: "ONE_DAY", 3: "THREE_DAYS", 5: "FIVE_DAYS", 7: "ONE_WEEK", 14: "TWO_WEEKS",
    30: "ONE_MONTH", 60: "TWO_MONTHS", 90: "THREE_MONTHS", 180: "SIX_MONTHS", 365: "ONE_YEAR",
}  # fmt: skip


def zip_function(
    scope: Construct,
    name: str,
    *,
    handler: str,
    environment: Mapping[str, str],
    memory_mib: int,
    timeout: Duration,
    settings: Settings,
) -> aws_lambda.Function:
    """A function from lambdas/<handler>/handler.py with its own requirements."""
    return aws_lambda.Function(
        scope,
        name,
        runtime=aws_lambda.Runtime.PYTHON_3_12,
        code=code.source_only(handler) if settings.local else code.with_dependencies(handler),
        handler=f"{handler}.handler.handler",
        environment=dict(environment),
        memory_size=memory_mib,
        timeout=timeout,
        log_group=_logs(scope, name, settings),
        tracing=aws_lambda.Tracing.ACTIVE,
    )


def model_function(
    scope: Construct,
    name: str,
    *,
    handler: str,
    environment: Mapping[str, str],
    memory_mib: int,
    timeout: Duration,
    settings: Settings,
) -> aws_lambda.Function:
    """A function from the image that has the model baked in; locally a zip of the same handler."""
    if settings.local:
        return aws_lambda.Function(
            scope,
            name,
            runtime=aws_lambda.Runtime.PYTHON_3_12,
            code=code.source_only(*IMAGE_HANDLER),
            handler=f"{handler}.handler.handler",
            environment=dict(environment) | {"EARSHOT_MODEL": settings.local.local_model},
            memory_size=memory_mib,
            timeout=timeout,
            log_group=_logs(scope, name, settings),
        )
    return aws_lambda.DockerImageFunction(
        scope,
        name,
        code=_image(scope, name, settings, handler),
        environment=dict(environment),
        memory_size=memory_mib,
        timeout=timeout,
        log_group=_logs(scope, name, settings),
        tracing=aws_lambda.Tracing.ACTIVE,
    )


def _image(
    scope: Construct, name: str, settings: Settings, handler: str
) -> aws_lambda.DockerImageCode:
    command = [f"{handler}.handler.handler"]
    if settings.image:
        repository, _, tag = settings.image.partition(":")
        return aws_lambda.DockerImageCode.from_ecr(
            aws_ecr.Repository.from_repository_name(scope, f"{name}Repository", repository),
            tag_or_digest=tag or "latest",
            cmd=command,
        )
    return aws_lambda.DockerImageCode.from_image_asset(
        str(code.ROOT),
        file="containers/transcribe/Dockerfile",
        build_args={"MODEL": settings.model, "REVISION": settings.model_revision},
        cmd=command,
        exclude=["*", "!lambdas", "!containers", "!scripts", "!requirements-model.txt"],
    )
