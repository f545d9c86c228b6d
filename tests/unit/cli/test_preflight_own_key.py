"""A key that leaves a service out is found before a deployment fails on it."""

import json
from pathlib import Path
from typing import Any

import pytest

from earshot.cli.preflight.findings import Finding, Plan, State
from earshot.cli.preflight.own_key import OF_BULK, USERS, left_out
from tests.unit.cli.test_preflight import DOMAIN, STACK, found

KEY = "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012"
WHERE = {"partition": "aws", "region": "eu-central-1", "account": "123456789012"}
POLICY = Path(__file__).resolve().parents[3] / "docs" / "key-policy.json"
USABLE = {"KeyMetadata": {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}}


def documented() -> list[dict[str, Any]]:
    """The statements that docs/deploy.md links to, with an account and a region put in."""
    text = POLICY.read_text().replace("REGION", WHERE["region"])
    statements: list[dict[str, Any]] = json.loads(text.replace("ACCOUNT", WHERE["account"]))
    return statements


def key(statements: list[dict[str, Any]], plan: Plan | None = None, **told: Any) -> list[Finding]:
    policy = {"Policy": json.dumps({"Statement": statements})}
    told = {"describe_key": USABLE, "get_key_policy": policy} | told
    every = found(plan or Plan(kms_key_arn=KEY, bulk=True), **told)
    return [one for name, one in every.items() if name == "key"]


def test_the_policy_of_the_guide_lets_in_all_that_use_the_key() -> None:
    (finding,) = key(documented())
    assert finding.state is State.FINE
    assert list(left_out({"Statement": documented()}, WHERE, bulk=True)) == []


@pytest.mark.parametrize("user", [*USERS, *OF_BULK], ids=lambda user: user.why)
def test_who_is_left_out_is_named_with_what_would_fail(user: Any) -> None:
    principal = user.principal.format(**WHERE)
    without = json.loads(json.dumps(documented()).replace(principal, "somebody.else"))
    (finding,) = key(without)
    assert finding.state is State.STOPS
    assert principal in finding.said
    assert user.why in finding.said


def test_a_statement_that_denies_lets_nobody_in() -> None:
    denied = [{**one, "Effect": "Deny"} for one in documented()]
    assert len(list(left_out({"Statement": denied}, WHERE, bulk=False))) == len(USERS)


def test_without_a_bulk_lane_nobody_asks_for_its_role() -> None:
    (finding,) = key(documented()[:-1], Plan(kms_key_arn=KEY))
    assert finding.state is State.FINE


def test_a_key_that_is_of_no_use_is_refused_and_one_that_may_not_be_asked_is_looked_at() -> None:
    disabled = {"KeyMetadata": {"KeyState": "Disabled", "KeySpec": "SYMMETRIC_DEFAULT"}}
    (finding,) = key(documented(), describe_key=disabled)
    assert (finding.state, "Disabled" in finding.said) == (State.STOPS, True)
    elsewhere = Plan(kms_key_arn=KEY.replace("eu-central-1", "us-east-1"))
    (finding,) = key(documented(), elsewhere)
    assert (finding.state, "us-east-1" in finding.said) == (State.STOPS, True)
    assert key(documented(), Plan()) == [], "no key, no question"


@pytest.mark.parametrize(("deployed", "stops"), [(KEY, False), (None, True)])
def test_a_key_that_would_replace_the_search_domain_is_refused(
    deployed: str | None, stops: bool
) -> None:
    outputs = [*STACK["Outputs"], *([{"OutputKey": "KmsKey", "OutputValue": KEY}] * bool(deployed))]
    policy = {"Policy": json.dumps({"Statement": documented()})}
    findings = found(
        Plan(kms_key_arn=KEY),
        describe_stacks={"Stacks": [STACK | {"Outputs": outputs}]},
        describe_stack_resources=DOMAIN,
        describe_key=USABLE,
        get_key_policy=policy,
    )
    assert ("search domain" in findings) is stops
