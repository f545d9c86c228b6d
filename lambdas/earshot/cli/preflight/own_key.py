"""Whether a key of the operator's own lets in the services that are to use it.

A deployment with a key that doesn't fails half-way, or succeeds and plays no sound.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from earshot.cli.preflight.findings import Finding, Plan, Session, State

PASSES_ON = ("kms:Decrypt", "kms:GenerateDataKey")  # of what sends to an encrypted queue or topic


@dataclass(frozen=True, slots=True)
class User:
    """Who has to be named in the key's policy, since no role of the stack's acts for it."""

    principal: str  # with `region`, `account` and `partition` in braces
    actions: tuple[str, ...]
    why: str


USERS = (
    User(
        "logs.{region}.amazonaws.com",
        ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo",
         "kms:GenerateDataKey", "kms:DescribeKey"),
        "no log group can be made",
    ),
    User("s3.amazonaws.com", PASSES_ON, "no upload is told of"),
    User("sns.amazonaws.com", PASSES_ON, "no upload reaches a lane"),
    User("events.amazonaws.com", (*PASSES_ON, "kms:DescribeKey"), "no event is passed on"),
    User("cloudwatch.amazonaws.com", PASSES_ON, "no alarm is sent"),
    User("cloudfront.amazonaws.com", ("kms:Decrypt",), "neither page nor sound is served"),
)  # fmt: skip
OF_BULK = (
    User(
        "arn:{partition}:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/"
        "AWSServiceRoleForAutoScaling",
        ("kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey",
         "kms:CreateGrant"),
        "no instance of the bulk lane starts",
    ),
)  # fmt: skip


def own_key(session: Session, plan: Plan) -> Iterator[Finding]:
    """Nothing where the settings name no key."""
    if not plan.kms_key_arn:
        return
    _, partition, _, region, account, *_ = plan.kms_key_arn.split(":")
    if region != session.region_name:
        yield Finding(
            "key", State.STOPS, f"kms_key_arn is a key of {region}, not of {session.region_name}."
        )
        return
    kms = session.client("kms")
    about = kms.describe_key(KeyId=plan.kms_key_arn)["KeyMetadata"]
    if about["KeyState"] != "Enabled" or about["KeySpec"] != "SYMMETRIC_DEFAULT":
        yield Finding(
            "key",
            State.STOPS,
            f"It is {about['KeyState']} and {about['KeySpec']}, and must be Enabled and "
            "SYMMETRIC_DEFAULT.",
        )
        return
    policy = json.loads(kms.get_key_policy(KeyId=plan.kms_key_arn, PolicyName="default")["Policy"])
    where = {"partition": partition, "region": region, "account": account}
    out = list(left_out(policy, where, bulk=plan.bulk))
    if not out:
        yield Finding("key", State.FINE, "its policy lets in every service that uses it")
    for user in out:
        yield Finding(
            "key",
            State.STOPS,
            f"Its policy doesn't allow {user.principal.format(**where)} {', '.join(user.actions)}: "
            f"{user.why}. See docs/deploy.md, A key of your own.",
        )


def left_out(policy: Mapping[str, Any], where: Mapping[str, str], *, bulk: bool) -> Iterator[User]:
    """Who is not allowed what it needs. Conditions are not looked at."""
    for user in (*USERS, *(OF_BULK if bulk else ())):
        principal = user.principal.format(**where)
        allowed = [
            action
            for statement in policy["Statement"]
            if statement["Effect"] == "Allow" and principal in _principals(statement)
            for action in _listed(statement["Action"])
        ]
        if not all(any(fnmatchcase(one, may) for may in allowed) for one in user.actions):
            yield user


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal", {})
    if not isinstance(principal, dict):
        return []
    return [one for value in principal.values() for one in _listed(value)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
