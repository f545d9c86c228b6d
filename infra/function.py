"""A Lambda function with a role, a log group and limits of its own."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import (
    Duration,
    RemovalPolicy,
    Size,
    aws_ecr,
    aws_ecr_assets,
    aws_iam,
    aws_lambda,
    aws_logs,
)
from constructs import Construct

from infra import code
from infra.settings import Settings

IMAGE_HANDLERS = ("transcribe", "api")  # the handlers in the image with the model
SET_BY_IMAGE = ("model",)  # settings that the image gives: it knows where its model is


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
    machine = code.ARM if settings.arm64 else code.X86
    return aws_lambda.Function(
        scope,
        name,
        runtime=aws_lambda.Runtime.PYTHON_3_12,
        architecture=aws_lambda.Architecture.ARM_64 if settings.arm64 else None,
        code=(
            code.source_only(handler)
            if settings.local
            else code.with_dependencies(handler, machine)
        ),
        handler=f"{handler}.handler.handler",
        environment=dict(environment),
        memory_size=memory_mib,
        timeout=timeout,
        tracing=aws_lambda.Tracing.ACTIVE,
        **_role_and_logs(scope, name, settings),
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
    disk: Size | None = None,
) -> aws_lambda.Function:
    """A function from the image that holds the model; locally a zip of the same handler.

    `disk` is how much /tmp must hold; Lambda's 512 MiB if not given.
    """
    if settings.local:
        return aws_lambda.Function(
            scope,
            name,
            runtime=aws_lambda.Runtime.PYTHON_3_12,
            code=code.source_only(*IMAGE_HANDLERS),
            handler=f"{handler}.handler.handler",
            environment=dict(environment),
            memory_size=memory_mib,
            ephemeral_storage_size=disk,
            timeout=timeout,
            **_role_and_logs(scope, name, settings),
        )
    return aws_lambda.DockerImageFunction(
        scope,
        name,
        code=_image(scope, name, settings, handler),
        environment=dict(environment),
        memory_size=memory_mib,
        ephemeral_storage_size=disk,
        timeout=timeout,
        tracing=aws_lambda.Tracing.ACTIVE,
        **_role_and_logs(scope, name, settings),
    )


def allow(function: aws_lambda.Function, resource: str, *actions: str) -> None:
    """Allow the function these actions on this resource. Actions are listed, never `*`."""
    function.add_to_role_policy(
        aws_iam.PolicyStatement(actions=list(actions), resources=[resource])
    )


def _role_and_logs(scope: Construct, name: str, settings: Settings) -> dict[str, Any]:
    """A log group, and a role that may write to this group alone.

    AWS's managed policy for functions would let each function create and write any log group.
    """
    logs = aws_logs.LogGroup(
        scope,
        f"{name}Logs",
        retention=settings.log_retention,
        removal_policy=RemovalPolicy.DESTROY,
    )
    role = aws_iam.Role(
        scope, f"{name}Role", assumed_by=aws_iam.ServicePrincipal("lambda.amazonaws.com")
    )
    logs.grant_write(role)
    return {"log_group": logs, "role": role}


def _image(
    scope: Construct, name: str, settings: Settings, handler: str
) -> aws_lambda.DockerImageCode:
    command = [f"{handler}.handler.handler"]
    if settings.image:
        repository, version = repository_and_version(settings.image)
        return aws_lambda.DockerImageCode.from_ecr(
            aws_ecr.Repository.from_repository_name(scope, f"{name}Repository", repository),
            tag_or_digest=version,
            cmd=command,
        )
    return aws_lambda.DockerImageCode.from_image_asset(  # of what .dockerignore lets through
        str(code.ROOT),
        file="containers/transcribe/Dockerfile",
        build_args=settings.build_args,
        platform=aws_ecr_assets.Platform.LINUX_AMD64,
        cmd=command,
    )


def repository_and_version(image: str) -> tuple[str, str]:
    """`repository:tag` or `repository@sha256:…`, taken apart."""
    separator = "@" if "@" in image else ":"
    repository, _, version = image.partition(separator)
    return repository, version
