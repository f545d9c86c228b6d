"""Every fault that needs an operator has an alarm, a recipient and a page that says what to do."""

from pathlib import Path
from typing import Any

from tests.infra.template import Template, reference

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    found = template.properties("CloudWatch::Alarm")
    return {name.removeprefix("Monitoring"): alarm for name, alarm in found.items()}


def test_there_is_an_alarm_for_everything_that_can_go_wrong_unseen(aws: Template) -> None:
    watched = {
        name: (alarm.get("Namespace"), alarm.get("MetricName"), alarm["Threshold"])
        for name, alarm in alarms(aws).items()
    }
    assert watched == {
        "DeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "IndexFailures": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "WebhookDeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "FetchDeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "FetchErrors": ("AWS/Lambda", "Errors", 0),
        "WebhooksErrors": ("AWS/Lambda", "Errors", 0),
        "Backlog": ("AWS/SQS", "ApproximateAgeOfOldestMessage", 3600),
        "BulkDeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "BulkBacklog": ("AWS/SQS", "ApproximateAgeOfOldestMessage", 6 * 3600),
        "IndexLag": ("AWS/Lambda", "IteratorAge", 600_000),
        "TranscribeErrors": ("AWS/Lambda", "Errors", 0),
        "IndexErrors": ("AWS/Lambda", "Errors", 0),
        "ApiErrors": ("AWS/Lambda", "Errors", 0),
        "KeyedErrors": ("AWS/Lambda", "Errors", 0),
        "SpeechErrors": ("AWS/Lambda", "Errors", 0),
        "ServerErrors": ("AWS/ApiGateway", "5xx", 5),
        "Throttles": (None, None, 0),  # the sum of all functions'
        "ApiSlow": ("AWS/Lambda", "Duration", 5000),
        "CdnErrors": ("AWS/CloudFront", "5xxErrorRate", 5),
        "SearchRed": ("AWS/ES", "ClusterStatus.red", 0),
        "SearchYellow": ("AWS/ES", "ClusterStatus.yellow", 0),
        "SearchDiskLow": ("AWS/ES", "FreeStorageSpace", 4096),
        "SearchWritesBlocked": ("AWS/ES", "ClusterIndexWritesBlocked", 0),
        "SearchMemory": ("AWS/ES", "JVMMemoryPressure", 94.9),
        "SearchCpu": ("AWS/ES", "CPUUtilization", 79.9),
        "SearchSnapshots": ("AWS/ES", "AutomatedSnapshotFailure", 0),
    }


def test_throttles_of_every_function_count_also_while_others_do_not_run(aws: Template) -> None:
    metrics: list[dict[str, Any]] = alarms(aws)["Throttles"]["Metrics"]
    sum_, *each = metrics
    watched = [reference(one["MetricStat"]["Metric"]["Dimensions"][0]["Value"]) for one in each]
    assert set(watched) == set(aws.functions)
    assert sum_["Expression"].count("FILL(") == len(watched), "no data is no throttle"


def test_the_cdns_errors_are_watched_where_cloudfront_reports_them(aws: Template) -> None:
    (alarm,) = [
        one for name, one in aws.resources("CloudWatch::Alarm").items() if "CdnErrors" in name
    ]
    condition = aws.body["Conditions"][alarm["Condition"]]
    assert condition == {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}


def test_alarms_watch_different_things(aws: Template) -> None:
    watched = [
        (str(alarm.get("MetricName") or alarm["Metrics"]), str(alarm.get("Dimensions")))
        for alarm in alarms(aws).values()
    ]
    assert len(set(watched)) == len(watched)


def test_every_alarm_tells_the_topic_and_cloudwatch_may(aws: Template) -> None:
    for name, alarm in alarms(aws).items():
        for actions in ("AlarmActions", "OKActions"):
            assert [reference(one) for one in alarm[actions]] == ["MonitoringAlarms"], name
        assert alarm["TreatMissingData"] == "notBreaching", name
    policy = aws.properties("SNS::TopicPolicy")["MonitoringAlarmsPolicy"]
    publishers = [
        statement["Principal"]
        for statement in policy["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]
    assert publishers == [{"Service": "cloudwatch.amazonaws.com"}]


def test_the_topic_writes_to_whom_the_operator_named(aws: Template) -> None:
    (address,) = [
        one["Endpoint"]
        for one in aws.properties("SNS::Subscription").values()
        if one["Protocol"] == "email"
    ]
    assert address == "ops@example.org"


def test_operations_md_says_what_to_do_about_every_alarm(aws: Template) -> None:
    headings = [
        line.lstrip("# ").strip()
        for line in OPERATIONS.read_text().splitlines()
        if line.startswith("#")
    ]
    for name, alarm in alarms(aws).items():
        assert alarm["AlarmDescription"] == f"See docs/operations.md, {name}."
        assert name in headings


def test_one_page_of_graphs(aws: Template) -> None:
    assert len(aws.properties("CloudWatch::Dashboard")) == 1
