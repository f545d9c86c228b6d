"""What differs between AWS and the emulator."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from infra.local import Local
from infra.settings import Settings
from tests.infra.conftest import CHOSEN, LOCAL, NO_PIP, ROOT, synthesize
from tests.infra.template import Template, listed


def kinds(template: Template) -> Counter[str]:
    return Counter(one["Type"] for one in template.body["Resources"].values())


def test_the_emulator_gets_the_same_stack_but_for_the_named_switches(
    aws: Template, local: Template
) -> None:
    missing = kinds(aws) - kinds(local)
    assert not kinds(local) - kinds(aws), "nothing is there locally alone"
    assert missing == {
        # no alarms, dashboard or access log
        "AWS::CloudWatch::Alarm": 26,
        "AWS::CloudWatch::Dashboard": 1,
        "AWS::SNS::Topic": 1,
        "AWS::SNS::TopicPolicy": 1,
        "AWS::SNS::Subscription": 1,
        "AWS::Logs::LogGroup": 1,
        # a node of one's own, given as opensearch_url
        "AWS::OpenSearchService::Domain": 1,
        # the site is copied up by scripts/local; buckets go with the emulator
        "Custom::CDKBucketDeployment": 1,
        "Custom::S3AutoDeleteObjects": 1,
        "AWS::Lambda::LayerVersion": 1,
        "AWS::Lambda::Function": 2,
        "AWS::IAM::Role": 2,
        "AWS::IAM::Policy": 1,
    }


def test_the_same_settings_give_the_same_templates_and_assets(
    chosen: Template, tmp_path: Path
) -> None:
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    done = synthesize(tmp_path, flags | NO_PIP | CHOSEN)
    assert done.returncode == 0, done.stderr

    def written(folder: Path) -> dict[str, bytes]:
        found = [*folder.glob("*.template.json"), *folder.glob("*.assets.json")]
        return {path.name: path.read_bytes() for path in found}

    assert written(tmp_path) == written(chosen.assembly)
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith("asset.")} == {
        path.name for path in chosen.assembly.iterdir() if path.name.startswith("asset.")
    }


def test_functions_are_images_on_aws_and_zips_locally(aws: Template, local: Template) -> None:
    packages = {name: one.get("PackageType", "Zip") for name, one in aws.functions.items()}
    assert packages == {
        "IngestionTranscribe": "Image",
        "ApiSpeech": "Image",
        "ProjectionIndex": "Zip",
        "Api": "Zip",
        "ApiKeyed": "Zip",
        "FetchingFetch": "Zip",
        "WebhooksCall": "Zip",
    }
    assert all("PackageType" not in one for one in local.functions.values())


def test_one_image_serves_both_functions_that_run_the_model(aws: Template) -> None:
    transcribe, speech = aws.functions["IngestionTranscribe"], aws.functions["ApiSpeech"]
    assert transcribe["Code"] == speech["Code"]
    assert transcribe["ImageConfig"]["Command"] == ["transcribe.handler.handler"]
    assert speech["ImageConfig"]["Command"] == ["api.handler.handler"]


def test_only_the_emulator_names_models_and_an_origin_without_tls(
    aws: Template, local: Template
) -> None:
    def named(template: Template, variable: str) -> dict[str, str]:
        told = {name: one["Environment"]["Variables"] for name, one in template.functions.items()}
        return {name: one[variable] for name, one in told.items() if variable in one}

    both = ("ApiSpeech", "IngestionTranscribe")
    assert named(local, "EARSHOT_MODEL") == dict.fromkeys(both, "models/demo")
    assert named(local, "EARSHOT_WRITER") == dict.fromkeys(both, "models/moonshine-tiny")
    for variable in ("EARSHOT_MODEL", "EARSHOT_WRITER"):
        assert named(aws, variable) == {}, "the image says where its models are"
    assert "http-only" in local.path.read_text()
    assert "http-only" not in aws.path.read_text()
    assert "127.0.0.1" not in aws.path.read_text()


def test_nothing_is_retained_by_an_emulator_that_forgets_all(local: Template) -> None:
    assert '"Retain"' not in local.path.read_text()


def test_a_drill_keeps_what_aws_would(local: Template) -> None:
    given = {name: LOCAL[name] for name in ("endpoint_port", "local_model", "local_writer")}
    assert not Settings.from_values({}, "local", given).retain
    drilled = Settings.from_values({}, "local", given | {"local_keeps": "true"})
    assert drilled.retain
    assert drilled.local == Local(**given, local_keeps=True)


def test_a_registrys_image_and_a_domain_of_ones_own_are_used_as_given(tmp_path: Path) -> None:
    context = {
        **NO_PIP,
        "image": "earshot:2026-11",
        "opensearch_url": "https://search.example.org",
        "opensearch_arn": "arn:aws:es:eu-central-1:123456789012:domain/mine",
        "search_index": "interviews",
    }
    done = synthesize(tmp_path, context)
    assert done.returncode == 0, done.stderr
    template = Template(tmp_path)
    assert not (tmp_path / "EarshotBulk.template.json").exists(), "without being asked for"
    assert set(template.properties("SQS::Queue")) == {
        "IngestionQueue",
        "IngestionDeadLetters",
        "ProjectionFailures",
        "FetchingQueue",
        "FetchingDeadLetters",
        "WebhooksQueue",
        "WebhooksDeadLetters",
    }
    assert "earshot:2026-11" in str(template.functions["ApiSpeech"]["Code"])
    assert not template.properties("OpenSearchService::Domain")
    allowed = [one for one in template.statements("Api") if "es:" in str(one["Action"])]
    domain = "arn:aws:es:eu-central-1:123456789012:domain/mine"
    assert [resource for one in allowed for resource in listed(one["Resource"])] == [
        f"{domain}/interviews/_search",
        f"{domain}/interviews/_msearch",
    ]
    told = [one["Environment"]["Variables"] for one in template.functions.values()]
    indexes = [one["EARSHOT_INDEX"] for one in told if "EARSHOT_INDEX" in one]
    assert indexes == ["interviews"] * 4, "the function that writes it, and the three of the API"
    assert template.body["Outputs"]["IndexAlias"]["Value"] == "interviews"


def test_templates_pass_cfn_lint(templates: dict[str, Template], bulk: Template) -> None:
    # W3005: the CDK states dependencies that references imply already.
    more = Template(templates["chosen"].assembly, "EarshotBulk")
    files = [str(template.path) for template in (*templates.values(), bulk, more)]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
