"""The functions' permissions, timeouts and triggers."""

import json
from typing import Any

import pytest

from tests.infra.template import Template, listed, reference

ITS_LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACES = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}

MAY: dict[str, dict[str, set[str]]] = {
    "IngestionTranscribe": {
        "IngestionTranscribeLogs": ITS_LOG,
        "*": TRACES,
        "IngestionQueue": {
            "sqs:ReceiveMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueUrl",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        },
        "BulkQueue": {"sqs:SendMessage"},
        "AudioBucket": {"s3:ListBucket", "s3:GetObject"},
        "RecordsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "RecordsTranscripts": {"s3:PutObject", "s3:DeleteObject"},
    },
    "ProjectionIndex": {
        "ProjectionIndexLogs": ITS_LOG,
        # Listing streams has no narrower resource.
        "*": TRACES | {"dynamodb:ListStreams"},
        "RecordsTable": {
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
        },
        "RecordsTranscripts": {"s3:ListBucket", "s3:GetObject"},
        "ProjectionFailures": {"sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"},
        "ProjectionEvents": {"events:PutEvents"},
        "SearchDomain": {"es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPost", "es:ESHttpPut"},
    },
    "Api": {
        "ApiApiLogs": ITS_LOG,
        "*": TRACES,
        "RecordsTable": {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"},
        "RecordsTranscripts": {"s3:ListBucket", "s3:GetObject"},
        "SearchDomain": {"es:ESHttpGet", "es:ESHttpPost"},
    },
    "ApiKeyed": {
        "ApiKeyedLogs": ITS_LOG,
        "*": TRACES,
        "RecordsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "RecordsTranscripts": {"s3:ListBucket", "s3:GetObject", "s3:DeleteObject"},
        "AudioBucket": {"s3:PutObject", "s3:DeleteObject"},
        "BulkQueue": {"sqs:SendMessage"},
        "ApiKey": {"secretsmanager:GetSecretValue"},
        "AccessKeys": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "FetchingQueue": {"sqs:SendMessage"},
        "WebhooksHooks": {"dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Scan"},
        "ApiSpeech": {"lambda:InvokeFunction"},
    },
    "ApiSpeech": {"ApiSpeechLogs": ITS_LOG, "*": TRACES},
    "FetchingFetch": {
        "FetchingFetchLogs": ITS_LOG,
        "*": TRACES,
        "FetchingQueue": {
            "sqs:ReceiveMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueUrl",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        },
        "AudioBucket": {"s3:PutObject", "s3:AbortMultipartUpload"},
        "RecordsTable": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
    },
    "WebhooksCall": {
        "WebhooksCallLogs": ITS_LOG,
        "*": TRACES,
        "WebhooksQueue": {
            "sqs:ReceiveMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueUrl",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:SendMessage",
        },
        "WebhooksHooks": {"dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem"},
    },
}


@pytest.mark.parametrize("function", MAY)
def test_a_function_may_do_what_it_does_and_no_more(aws: Template, function: str) -> None:
    allowed: dict[str, set[str]] = {}
    for statement in aws.statements(function):
        assert statement["Effect"] == "Allow"
        for resource in listed(statement["Resource"]):
            allowed.setdefault(reference(resource), set()).update(listed(statement["Action"]))
    assert allowed == MAY[function]


def test_these_are_all_the_functions(aws: Template, local: Template) -> None:
    assert set(aws.functions) == set(local.functions) == set(MAY)


def test_no_role_of_ours_has_more_than_its_own_statements(aws: Template) -> None:
    for function in aws.functions.values():
        role = aws.properties("IAM::Role")[reference(function["Role"])]
        assert "ManagedPolicyArns" not in role
        assert "Policies" not in role


def test_nobody_but_the_function_that_checks_keys_may_wake_the_model(aws: Template) -> None:
    invokers = {reference(one["FunctionName"]) for one in permissions(aws)}
    assert {"Api", "ApiKeyed"} <= invokers, "API Gateway's"
    assert "ApiSpeech" not in invokers
    granted = [
        name
        for name in aws.functions
        for one in aws.statements(name)
        if "lambda:InvokeFunction" in listed(one["Action"])
    ]
    assert granted == ["ApiKeyed"]


def permissions(template: Template) -> list[Any]:
    return list(template.properties("Lambda::Permission").values())


def test_the_public_api_can_search_the_index_but_not_write_to_it(aws: Template) -> None:
    asked = [
        resource["Fn::Join"][1][-1]
        for statement in aws.statements("Api")
        if "es:" in str(statement["Action"])
        for resource in listed(statement["Resource"])
    ]
    assert asked == ["/earshot-passages/_search", "/earshot-passages/_msearch"]


def test_no_secret_stands_in_an_environment(templates: dict[str, Template]) -> None:
    for template in templates.values():
        for name, function in template.functions.items():
            variables = function["Environment"]["Variables"]
            assert "{{resolve:" not in json.dumps(variables), name
            assert "EARSHOT_API_KEY" not in variables, name
            for key, value in variables.items():
                if "SECRET" in key:
                    is_name = str(value).startswith("earshot/sign-in/")
                    assert reference(value) == "ApiKey" or is_name, "its name, not the secret"


def test_the_key_is_made_by_secrets_manager(aws: Template) -> None:
    (secret,) = aws.properties("SecretsManager::Secret").values()
    assert "SecretString" not in secret
    assert secret["GenerateSecretString"]["PasswordLength"] == 40


def timeouts(template: Template) -> dict[str, int]:
    return {name: function["Timeout"] for name, function in template.functions.items()}


def test_functions_end_before_those_who_wait_for_them_give_up(aws: Template) -> None:
    assert timeouts(aws) == {
        "IngestionTranscribe": 900,
        "ProjectionIndex": 120,
        "Api": 29,  # API Gateway waits for 30
        "ApiKeyed": 29,
        "WebhooksCall": 30,
        "FetchingFetch": 900,
        "ApiSpeech": 28,  # and the function that checks keys for this one
    }


def test_the_largest_object_fits_on_the_functions_disk(aws: Template) -> None:
    function = aws.functions["IngestionTranscribe"]
    largest = int(function["Environment"]["Variables"]["EARSHOT_MAX_AUDIO_BYTES"])
    assert function["EphemeralStorage"]["Size"] * 1024**2 >= largest + 64 * 1024**2


def mapping(template: Template, source: str) -> Any:
    (found,) = [
        one
        for one in template.properties("Lambda::EventSourceMapping").values()
        if reference(one["EventSourceArn"]) == source
    ]
    return found


def test_the_queue_drives_a_bounded_number_of_runs_and_repeats_what_failed(aws: Template) -> None:
    queue = mapping(aws, "IngestionQueue")
    assert queue["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert queue["ScalingConfig"] == {"MaximumConcurrency": 10}
    assert queue["BatchSize"] == 1, "a recording has the function's time to itself"


def test_the_stream_waits_hours_for_the_search_and_then_sets_aside_what_it_held(
    aws: Template,
) -> None:
    stream = mapping(aws, "RecordsTable")
    assert stream["MaximumRecordAgeInSeconds"] == 6 * 3600
    assert "MaximumRetryAttempts" not in stream, "as often as it takes"
    assert stream["BisectBatchOnFunctionError"] is True
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert reference(stream["DestinationConfig"]["OnFailure"]["Destination"]) == (
        "ProjectionFailures"
    )
    assert stream["StartingPosition"] == "TRIM_HORIZON", "nothing written before is left out"


@pytest.mark.parametrize(
    ("change", "before", "after", "matters"),
    [
        ("INSERT", None, "transcribing", False),  # the claim of a new recording
        ("INSERT", None, "deleted", False),  # a tombstone for what was never there
        ("INSERT", None, "done", True),  # an import
        ("MODIFY", "transcribing", "done", True),
        ("MODIFY", "done", "transcribing", True),  # put again: what was said before goes
        ("MODIFY", "done", "deleted", True),
        ("REMOVE", "deleted", None, True),
    ],
)
def test_the_index_function_runs_for_what_can_change_the_index(
    aws: Template, change: str, before: str | None, after: str | None, matters: bool
) -> None:
    from ministack.services.lambda_svc import _apply_filter_criteria

    images = {"OldImage": before, "NewImage": after}
    record = {
        "eventName": change,
        "dynamodb": {
            name: {"status": {"S": status}, "revision": {"N": "1"}}
            for name, status in images.items()
            if status
        },
    }
    assert _apply_filter_criteria([record], mapping(aws, "RecordsTable")) == [record] * matters


@pytest.mark.parametrize(("target", "days"), [("aws", 30), ("local", 1)])
def test_logs_are_kept_for_a_time_and_no_longer(
    templates: dict[str, Template], target: str, days: int
) -> None:
    template = templates[target]
    groups = template.properties("Logs::LogGroup")
    assert {group["RetentionInDays"] for group in groups.values()} == {days}
    for function in template.functions.values():
        assert reference(function["LoggingConfig"]["LogGroup"]) in groups


def test_functions_decode_even_if_lambda_refuses_the_filter_of_system_calls(aws: Template) -> None:
    told = {name: one["Environment"]["Variables"] for name, one in aws.functions.items()}
    allowed = {name for name, one in told.items() if "EARSHOT_UNCONFINED_DECODER" in one}
    assert allowed == {"ApiSpeech", "IngestionTranscribe"}
