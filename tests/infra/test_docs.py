"""The docs agree with the templates and the code."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from earshot.cli.costs import ALARMED_METRICS, costs
from earshot.cli.main import COMMANDS
from earshot.ingest.ingest import Outcome
from infra.settings import Settings
from infra.settings_table import with_tables
from scripts import settings_table
from scripts.__main__ import app as commands
from tests.infra.conftest import CHOSEN, ROOT
from tests.infra.template import Template
from tests.unit.project.repository import tracked

DOCS = ROOT / "docs"
OWN_DOMAIN = {  # one goes with the other
    "opensearch_url": "https://search.example.org",
    "opensearch_arn": "arn:aws:es:eu-central-1:123456789012:domain/mine",
    **{
        name: CHOSEN[name]
        for name in (
            *("domain_name", "certificate_arn", "alarm_email", "session_key"),
            *("vpc_id", "vpc_subnet_ids"),
        )
    },
    "sign_in_issuer": "https://login.example.org/realm",
    "sign_in_client_id": "earshot",
}


def test_deploy_md_explains_every_output(aws: Template) -> None:
    text = (DOCS / "deploy.md").read_text()
    told = [name for name in aws.body["Outputs"] if not name.startswith("PublishOutput")]
    unexplained = [name for name in told if f"`{name}`" not in text]
    # The CDN's bucket is filled by the deployment; nobody needs its name.
    assert set(unexplained) <= {"ApiId", "SiteBucket"}


def test_deploy_md_names_every_role_that_a_deployment_assumes(aws: Template) -> None:
    found = {
        role
        for path in aws.assembly.glob("*.json")
        for role in re.findall(r"cdk-hnb659fds-[a-z-]+-role", path.read_text())
    }
    assert len(found) == 5
    text = (DOCS / "deploy.md").read_text()
    assert [role for role in found if f"`{role}-*`" not in text] == []


def test_settings_named_in_the_docs_exist() -> None:
    known = {*Settings.model_fields, "target", "settings_file", "NAME"}
    for page in DOCS.glob("*.md"):
        for name in re.findall(r"-c (\w+)=", page.read_text()):
            assert name in known, f"{page.name}: {name}"


def test_settings_to_be_written_into_cdk_json_exist_and_are_taken() -> None:
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        if page.name not in ("api.md", "events.md", "inputs.md"):  # whose JSON programs read
            for line in re.findall(r'"\w+": (?:"[^"]+"|\w+)(?=[,`])', page.read_text()):
                Settings.from_values(OWN_DOMAIN | json.loads(f"{{{line}}}"))


def test_deploy_md_has_the_tables_of_all_settings_as_they_are() -> None:
    page = (DOCS / "deploy.md").read_text()
    assert page == with_tables(page), "run `python -m scripts settings-table --write`"
    for name in Settings.model_fields:
        assert name == "local" or f"| `{name}` |" in page


def test_every_setting_has_one_line_that_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert "\n" not in field.description, name
        assert "|" not in field.description, name


def test_a_command_writes_the_tables_into_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "deploy.md"
    written = (DOCS / "deploy.md").read_text()
    page.write_text(written.replace("| `log_days` |", "| `log_weeks` |"))
    monkeypatch.setattr(settings_table, "PAGE", page)
    assert "| `log_days` |" in CliRunner().invoke(commands, ["settings-table"]).stdout
    assert page.read_text() != written, "printing writes nothing"
    assert CliRunner().invoke(commands, ["settings-table", "--write"]).exit_code == 0
    assert page.read_text() == written


def test_no_page_has_a_deployment_that_forgets_the_other_settings() -> None:
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for block in re.findall(r"^```sh$(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL):
            assert not re.search(r"cdk deploy.* -c ", block), page.name


def test_names_in_the_pages_commands_are_exported_by_the_lines_that_promise_it(
    aws: Template, tmp_path: Path
) -> None:
    pages = {name: (DOCS / f"{name}.md").read_text() for name in ("deploy", "operations", "api")}
    (lines,) = re.findall(r"^```sh$([^`]*^output\(\).*?)^```$", pages["deploy"], re.M | re.DOTALL)
    assert set(re.findall(r"\(output (\w+)\)", lines)) <= set(aws.body["Outputs"])
    (tmp_path / "aws").write_text('#!/bin/sh\necho "told: $*"\n')
    (tmp_path / "aws").chmod(0o755)
    shell = subprocess.run(
        ["bash", "-euc", f"{lines}\nenv"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    exported = dict(line.split("=", 1) for line in shell.stdout.splitlines() if "=" in line)
    assert "OutputKey=='AudioBucket'" in exported["AUDIO_BUCKET"]
    for name, text in pages.items():
        own = set(re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)) | {"REGISTRY"}  # a person's
        used = set(re.findall(r"\$\{?([A-Z_]+)\b", text))
        assert used <= own | set(exported), name


def test_operations_md_explains_every_outcome_of_an_event() -> None:
    text = (DOCS / "operations.md").read_text()
    assert not [one for one in Outcome if f"`{one}`" not in text]


def test_costs_md_shows_what_the_command_prints() -> None:
    app = typer.Typer()
    app.command()(costs)
    printed = CliRunner().invoke(app, ["--markdown"]).stdout.strip()
    assert printed
    assert printed in (DOCS / "costs.md").read_text()
    prices = CliRunner().invoke(app, ["--prices"]).stdout.strip()
    assert prices in (DOCS / "costs.md").read_text()


def test_the_costs_count_the_alarms_that_there_are(aws: Template) -> None:
    """AWS bills an alarm on a sum of metrics for each of them."""
    metrics = [
        metric
        for name, alarm in aws.properties("CloudWatch::Alarm").items()
        if "Bulk" not in name
        for metric in alarm.get("Metrics", [{"MetricStat": alarm}])
        if "MetricStat" in metric
    ]
    assert len(metrics) == ALARMED_METRICS


def test_commands_named_in_the_docs_exist() -> None:
    known = set(typer.main.get_command(commands).commands)  # type: ignore[attr-defined]
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for name in re.findall(r"python -m scripts ([a-z]+)", page.read_text()):
            assert name in known, f"{page.name}: {name}"
        for name in re.findall(r"(?:`|^)earshot ([a-z-]+)", page.read_text(), re.MULTILINE):
            assert name in COMMANDS, f"{page.name}: {name}"


def test_links_between_pages_lead_somewhere() -> None:
    pages = tracked("*.md")
    assert {"README.md", "CONTRIBUTING.md", "SECURITY.md"} <= {page.name for page in pages}
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)?(#[^)]+)?\)", page.read_text()):
            path, anchor = target
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), f"{page.relative_to(ROOT)}: {path}"
            if anchor and linked.suffix == ".md":
                assert anchor.lstrip("#") in anchors(linked.read_text()), f"{page.name}: {target}"


def anchors(text: str) -> set[str]:
    """The headings' anchors as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}
