"""Every fault that needs an operator has an alarm, a recipient and a page that says what to do."""

from pathlib import Path

from tests.infra.template import Template, reference

OPERATIONS = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def alarms(template: Template) -> dict[str, dict[str, object]]:
    found = template.properties("CloudWatch::Alarm")
    return {name.removeprefix("Monitoring"): alarm for name, alarm in found.items()}


def test_there_is_an_alarm_for_everything_that_can_go_wrong_unseen(aws: Template) -> None:
    watched = {
        name: (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"])
        for name, alarm in alarms(aws).items()
    }
    assert watched == {
        "DeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "IndexFailures": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "Backlog": ("AWS/SQS", "ApproximateAgeOfOldestMessage", 3600),
        "BulkDeadLetters": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", 0),
        "BulkBacklog": ("AWS/SQS", "ApproximateAgeOfOldestMessage", 6 * 3600),
        "IndexLag": ("AWS/Lambda", "IteratorAge", 600_000),
        "TranscribeErrors": ("AWS/Lambda", "Errors", 0),
        "IndexErrors": ("AWS/Lambda", "Errors", 0),
        "ApiErrors": ("AWS/Lambda", "Errors", 0),
        "SpeechErrors": ("AWS/Lambda", "Errors", 0),
        "ServerErrors": ("AWS/ApiGateway", "5xx", 5),
        "SearchRed": ("AWS/ES", "ClusterStatus.red", 0),
        "SearchDiskLow": ("AWS/ES", "FreeStorageSpace", 4096),
    }


def test_alarms_watch_different_things(aws: Template) -> None:
    watched = [
        (alarm["MetricName"], str(alarm.get("Dimensions"))) for alarm in alarms(aws).values()
    ]
    assert len(set(watched)) == len(watched)


def test_every_alarm_tells_the_topic_and_cloudwatch_may(aws: Template) -> None:
    for name, alarm in alarms(aws).items():
        assert [reference(one) for one in alarm["AlarmActions"]] == ["MonitoringAlarms"], name
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
