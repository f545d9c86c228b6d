"""AWS's solution rules, by cdk-nag: every finding is fixed, or accepted here with a reason."""

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from infra.bulk_stack import BulkStack
from infra.settings import Settings
from infra.stack import EarshotStack
from tests.infra.conftest import NO_PIP, ROOT
from tests.session_keys import PUBLIC


class Accepted(NamedTuple):
    rule: str
    construct: str  # a glob below the stack
    reason: str


ACCEPTED = [
    Accepted("S1", "*", "Access is logged by the API; object-level logs cost more than they tell."),
    Accepted(
        "OS1", "Search/Domain", "In a VPC every function needs NAT, $30 a month, and starts slower."
    ),
    Accepted("OS3", "Search/Domain", "Callers are functions; access is by role, not by address."),
    Accepted("OS4", "Search/Domain", "Dedicated masters triple the cost of what reindex rebuilds."),
    Accepted("OS5", "Search/Domain", "No access policy: only roles with a grant have access."),
    Accepted("OS7", "Search/Domain", "One node by default; -c opensearch_nodes=2 spans zones."),
    Accepted("OS9*", "Search/Domain", "The API's log has every search's time."),
    Accepted(
        "IAM5[[]Resource::[*]]", "*/*Role/DefaultPolicy", "X-Ray and ListStreams take no resource."
    ),
    Accepted(
        "IAM5[[]Resource::<*.Arn>/[*]]", "*/*Role/DefaultPolicy", "All objects, paths of one."
    ),
    Accepted("IAM5[[]Resource::<RecordsTable*.Arn>/index/[*]]", "Api/ApiRole/*", "Its one index."),
    Accepted("IAM4*", "BucketNotificationsHandler*", "The CDK's own; it runs only in deployments."),
    Accepted("IAM4*", "Custom::CDKBucketDeployment*", "As above."),
    Accepted("IAM5*", "Custom::CDKBucketDeployment*", "As above."),
    Accepted("L1", "Custom::CDKBucketDeployment*", "As above."),
    Accepted(
        "L1", "*/*", "3.12 is what wheels of all dependencies and the base image are pinned to."
    ),
    Accepted("SQS3", "Projection/Failures", "It is a dead-letter queue: of the stream's mapping."),
    Accepted("SMG4", "Api/Key", "Clients hold the key: docs/operations.md says how to change it."),
    Accepted("APIG4", "Api/HttpApi/*", "Reading is public; writing is checked by the app's key."),
    Accepted("COG2", "SignIn/People/Pool", "A second factor is each person's choice here."),
    Accepted("COG8", "SignIn/People/Pool", "Its threat protection costs by the person a month."),
    Accepted("CFR1", "Site/Distribution", "The page is public in all countries."),
    Accepted("CFR2", "Site/Distribution", "A firewall costs $5 a month; the API is throttled."),
    Accepted("CFR3", "Site/Distribution", "Visits are not recorded."),
    Accepted(
        "CFR7", "Site/Distribution", "The API signs forms for S3, which refuses two signatures."
    ),
    Accepted("CFR4", "Site/Distribution", "CloudFront's own host name sets no newer minimum."),
    Accepted(
        "VPC7",
        "EarshotBulk/Fleet/Vpc",
        "The security group lets nothing in; traffic goes to AWS alone.",
    ),
    Accepted(
        "ECS4", "EarshotBulk/Fleet/Cluster", "Workers log to CloudWatch, and the queue has metrics."
    ),
    Accepted(
        "IAM5[[]Action::ecs:Submit[*]]", "EarshotBulk/Fleet/InstanceRole/*", "ECS's own agent's."
    ),
    Accepted(
        "EC26",
        "EarshotBulk/Fleet/Instances/ASG",
        "Set in its launch template, where the rule doesn't look.",
    ),
    Accepted(
        "AS3",
        "EarshotBulk/Fleet/Instances/ASG",
        "Instances start and stop with the backlog; no notification is needed.",
    ),
    Accepted(
        "IAM5[[]Resource::{*GetStackOutput*Arn*}/[*]]", "EarshotBulk/Bulk/Role/*", "All objects."
    ),
    Accepted("ECS2", "EarshotBulk/Bulk/Task", "Names of resources and limits; there is no secret."),
]


WITH_EVERYTHING = {"bulk": True, "reading": "sign-in", "session_key": PUBLIC}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    folder = tmp_path_factory.mktemp("rules")
    context = json.loads((ROOT / "cdk.json").read_text())["context"] | {
        **NO_PIP,
        "aws:cdk:disable-asset-staging": True,
    }
    app = cdk.App(outdir=str(folder), context=context)
    settings = Settings.from_context(app.node).model_copy(update=WITH_EVERYTHING)
    main = EarshotStack(app, "Earshot", settings=settings)
    BulkStack(app, "EarshotBulk", main=main, settings=settings)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="A copy of this report"):
        app.synth()
    return read(folder / "validation-report.json")


def read(report: Path) -> list[tuple[str, str]]:
    """(rule, construct) of every finding, without their common prefix."""
    (plugin,) = json.loads(report.read_text())["pluginReports"]
    return [
        (
            violation["ruleName"].removeprefix("AwsSolutions-"),
            construct["constructPath"].removeprefix("Earshot/").removesuffix("/Resource"),
        )
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


def accepts(accepted: Accepted, finding: tuple[str, str]) -> bool:
    rule, construct = finding
    return fnmatchcase(rule, accepted.rule) and fnmatchcase(construct, accepted.construct)


def test_every_finding_is_accepted_for_a_reason(findings: list[tuple[str, str]]) -> None:
    assert findings, "the rules ran"
    assert [one for one in findings if not any(accepts(a, one) for a in ACCEPTED)] == []


def test_nothing_is_accepted_that_is_not_found_any_more(findings: list[tuple[str, str]]) -> None:
    assert [one for one in ACCEPTED if not any(accepts(one, f) for f in findings)] == []
