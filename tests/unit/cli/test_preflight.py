"""What would stop a deployment is said before it begins, with what to ask for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoCredentialsError
from typer.testing import CliRunner

from earshot.cli.main import app
from earshot.cli.preflight import command
from earshot.cli.preflight.account import account
from earshot.cli.preflight.findings import Finding, Plan, State, read_plan
from earshot.cli.preflight.machine import machine
from earshot.errors import InputError

NO_STACK = ClientError(
    {"Error": {"Code": "ValidationError", "Message": "Stack with id Earshot does not exist"}},
    "DescribeStacks",
)
STACK = {
    "StackStatus": "UPDATE_COMPLETE",
    "Outputs": [{"OutputKey": "OpenSearchUrl", "OutputValue": "https://mine.example.org"}],
}
DOMAIN = {"StackResources": [{"ResourceType": "AWS::OpenSearchService::Domain"}]}


class Account:
    """A session whose every client is this, and whose answers are told."""

    region_name: str | None = "eu-central-1"

    def __init__(self, **told: Any) -> None:
        self.told: dict[str, Any] = {
            "get_caller_identity": {"Arn": "arn:aws:iam::1:user/me"},
            "get_parameter": {"Parameter": {"Value": "21"}},
            "get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
            "get_service_quota": {"Quota": {"Value": 64.0, "QuotaName": "G"}},
            "describe_stacks": NO_STACK,
            "describe_stack_resources": {"StackResources": []},
            "list_functions": [{"Functions": []}],
            "list_tables": [{"TableNames": []}],
        } | told

    def client(self, service: str) -> Any:
        assert service
        return self

    def get_paginator(self, operation: str) -> Any:
        pages = self.told[operation]
        return type("Pages", (), {"paginate": lambda _: pages})()

    def __getattr__(self, operation: str) -> Any:
        def call(**_: Any) -> Any:
            told = self.told[operation]
            if isinstance(told, Exception):
                raise told
            return told

        return call


def found(plan: Plan | None = None, **told: Any) -> dict[str, Finding]:
    return {one.what: one for one in account(Account(**told), plan or Plan())}


def test_an_account_that_has_all_it_takes_is_fine() -> None:
    states = {one.state for one in found(Plan(bulk=True)).values()}
    assert states == {State.FINE}


def test_without_a_region_or_credentials_nothing_else_is_asked() -> None:
    nowhere = Account()
    nowhere.region_name = None
    (finding,) = account(nowhere, Plan())
    assert (finding.what, finding.state) == ("region", State.STOPS)
    (refused,) = found(get_caller_identity=NoCredentialsError()).values()
    assert (refused.what, refused.state) == ("credentials", State.STOPS)


def test_a_region_without_the_cdks_own_stack_is_named() -> None:
    missing = ClientError({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
    finding = found(get_parameter=missing)["cdk bootstrap"]
    assert finding.state is State.STOPS
    assert "cdk bootstrap" in finding.said


def test_a_new_accounts_ten_runs_at_once_are_said_to_be_few() -> None:
    finding = found(get_account_settings={"AccountLimit": {"ConcurrentExecutions": 10}})[
        "Lambda concurrency"
    ]
    assert finding.state is State.LOOK
    assert "Concurrent executions" in finding.said
    assert '"transcribe_concurrency": 5' in finding.said


def test_more_memory_than_a_new_account_has_is_proved_by_another_function_or_asked_for() -> None:
    plan = Plan(transcribe_memory_mib=6000)
    assert found(plan)["Lambda memory"].state is State.LOOK
    assert "AWS Support" in found(plan)["Lambda memory"].said
    large = [{"Functions": [{"MemorySize": 8192}]}]
    assert found(plan, list_functions=large)["Lambda memory"].state is State.FINE


@pytest.mark.parametrize(("may", "state"), [(0.0, State.STOPS), (8.0, State.LOOK)])
def test_missing_gpus_are_asked_for_by_the_quotas_name(may: float, state: State) -> None:
    told = {"Quota": {"Value": may, "QuotaName": "All G and VT Spot Instance Requests"}}
    finding = found(Plan(bulk=True, bulk_instances="g6.2xlarge"), get_service_quota=told)[
        "All G and VT Spot Instance Requests"
    ]
    assert finding.state is state
    assert "L-3819A6DF" in finding.said
    assert "want 24" in finding.said, "three Spot workers with eight vCPUs each"


def test_without_a_bulk_lane_no_gpu_is_asked_for() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied"}}, "GetServiceQuota")
    assert {one.state for one in found(get_service_quota=refused).values()} == {State.FINE}


def test_what_may_not_be_asked_is_said_and_stops_nothing() -> None:
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetServiceQuota")
    finding = found(Plan(bulk=True), get_service_quota=refused)["GPU quota"]
    assert finding.state is State.LOOK
    assert "could not be asked" in finding.said


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_a_first_deployment_that_failed_is_to_be_deleted_first(status: str) -> None:
    finding = found(describe_stacks={"Stacks": [STACK | {"StackStatus": status}]})["stack"]
    assert finding.state is State.STOPS
    assert "Delete it first" in finding.said


@pytest.mark.parametrize(
    ("made_by_the_stack", "settings", "stops"),
    [
        (True, None, False),
        (True, "https://other.example.org", True),
        (False, "https://mine.example.org", False),
        (False, None, True),  # settings that were forgotten
        (False, "https://other.example.org", True),
    ],
)
def test_settings_that_would_replace_the_search_domain_are_refused(
    made_by_the_stack: bool, settings: str | None, stops: bool
) -> None:
    resources = DOMAIN if made_by_the_stack else {"StackResources": []}
    findings = found(
        Plan(opensearch_url=settings),
        describe_stacks={"Stacks": [STACK]},
        describe_stack_resources=resources,
    )
    assert ("search domain" in findings) is stops


@pytest.mark.parametrize(("wanted", "stops"), [(3, True), (2, False), (1, False)])
def test_a_table_that_would_get_two_indexes_at_once_stops_and_the_next_step_is_named(
    wanted: int, stops: bool
) -> None:
    outputs = [*STACK["Outputs"], {"OutputKey": "Table", "OutputValue": "t"}]
    findings = found(
        Plan(opensearch_url="https://mine.example.org", table_indexes=wanted),
        describe_stacks={"Stacks": [STACK | {"Outputs": outputs}]},
        describe_table={"Table": {"GlobalSecondaryIndexes": [{"IndexName": "by_status"}]}},
    )
    assert ("table" in findings) is stops
    if stops:
        assert '"table_indexes": 2' in findings["table"].said


def test_what_an_earlier_stack_left_is_named() -> None:
    left = [{"TableNames": ["Earshot-RecordsTable1F-ABC", "Another"]}]
    finding = found(list_tables=left)["an earlier deployment"]
    assert "Earshot-RecordsTable1F-ABC" in finding.said
    assert "Another" not in finding.said


TOOLS = {"node": "v22.1.0\n", "cdk": "2.1148.1\n", "docker": "8000000000\n"}


def on_machine(plan: Plan | None = None, **tools: str | None) -> Mapping[str, Finding]:
    known = TOOLS | tools
    return {one.what: one for one in machine(plan or Plan(), lambda command: known[command[0]])}


def test_a_machine_that_has_all_it_takes_is_fine() -> None:
    assert {one.state for one in on_machine().values()} == {State.FINE}


@pytest.mark.parametrize(
    ("tools", "what", "said"),
    [
        ({"node": "v20.20.2\n"}, "Node", "v20.20.2 is here"),
        ({"node": None}, "Node", "none is here"),
        ({"cdk": None}, "cdk", "npm install"),
        ({"docker": None}, "Docker", "Without Docker"),
        ({"docker": "4000000000\n"}, "memory to build", "takes 6.3"),
    ],
)
def test_what_a_machine_lacks_is_said(tools: dict[str, str | None], what: str, said: str) -> None:
    finding = on_machine(Plan(), **tools)[what]
    assert finding.state is State.STOPS
    assert said in finding.said


def test_no_docker_is_needed_for_an_image_in_ecr_or_much_memory_for_a_small_model() -> None:
    assert on_machine(Plan(image="earshot:1"), docker=None)["Docker"].state is State.FINE
    small = on_machine(Plan(model="models/demo"), docker="2000000000\n")
    assert small["Docker"].state is State.FINE
    bulk = on_machine(Plan(image="earshot:1", bulk=True), docker=None)
    assert bulk["Docker"].state is State.STOPS, "the bulk lane's image is still to be built"


def test_the_plan_is_what_the_settings_say(tmp_path: Path) -> None:
    assert read_plan(tmp_path) == Plan()
    own = {"bulk": True, "transcribe_memory_mib": 6000, "log_days": 90}
    (tmp_path / "earshot.json").write_text(json.dumps(own))
    (tmp_path / "cdk.json").write_text('{"context": {"bulk": "false", "image": null}}')
    plan = read_plan(tmp_path)
    assert (plan.bulk, plan.transcribe_memory_mib, plan.image) == (False, 6000, None)
    (tmp_path / "earshot.json").write_text("{")
    with pytest.raises(InputError, match=r"earshot\.json"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("bulk_max_workers", "many", "bulk_max_workers must be a whole number, not 'many'"),
        ("transcribe_memory_mib", True, "transcribe_memory_mib must be a whole number, not True"),
        ("transcribe_concurrency", 2.5, "transcribe_concurrency must be a whole number, not 2.5"),
        ("bulk", "yes", "bulk must be true or false, not 'yes'"),
        ("stack_name", 7, "stack_name must be text, not 7"),
        ("image", [], r"image must be text, not \[\]"),
    ],
)
def test_a_setting_of_the_wrong_type_is_named_in_one_sentence(
    tmp_path: Path, setting: str, value: object, said: str
) -> None:
    (tmp_path / "earshot.json").write_text(json.dumps({setting: value}))
    with pytest.raises(InputError, match=f"^{said}\\.$"):
        read_plan(tmp_path)


@pytest.mark.parametrize(("found", "code"), [(State.FINE, 0), (State.LOOK, 0), (State.STOPS, 1)])
def test_the_exit_code_says_whether_a_deployment_would_stop(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: State, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "machine", lambda _: [Finding("node", State.FINE, "v24")])
    monkeypatch.setattr(command, "account", lambda *_: [Finding("search domain", found, "it is")])
    asked = CliRunner().invoke(app, ["preflight"])
    assert asked.exit_code == code
    assert asked.stdout.splitlines()[1].endswith(" search domain: it is")
    meant = CliRunner().invoke(app, ["preflight", "--replace-search"])
    assert (meant.exit_code, len(meant.stdout.splitlines())) == (0, 1)
