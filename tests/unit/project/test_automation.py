"""What runs by itself: CI, audits, updates, hooks, issue forms."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.project.repository import ROOT, read, targets, tracked

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WITH_TOKEN = {"contents": "read", "id-token": "write"}
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]


def steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_every_yaml_file_parses() -> None:
    found = tracked("*.yml", "*.yaml")
    assert len(found) >= 6
    for path in found:
        assert yaml.safe_load(path.read_text()), path


def test_ci_runs_what_a_person_runs_and_nothing_else() -> None:
    commands = [step["run"] for step in steps(ROOT / ".github/workflows/ci.yml") if "run" in step]
    assert commands == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert set(re.findall(r"^make ([\w-]+)", read(".ci/run"), re.MULTILINE)) <= targets()


def test_ci_tries_the_oldest_python_that_is_supported() -> None:
    jobs = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]
    tried = jobs["ci"]["strategy"]["matrix"]["python"]
    oldest = tomllib.loads(read("pyproject.toml"))["project"]["requires-python"]
    assert f">={tried[0]}" == oldest


def test_dependencies_are_audited_by_a_schedule() -> None:
    path = ROOT / ".github/workflows/audit.yml"
    # YAML 1.1 reads the key "on" as true.
    assert "schedule" in yaml.safe_load(path.read_text())[True]
    assert [step["run"] for step in steps(path) if "run" in step] == ["make audit"]
    assert "audit" in targets()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_pins_its_actions(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        # A token that AWS takes for a role whose trust names this repository; nothing else.
        may = [{"contents": "read"}] + [WITH_TOKEN] * (path.name == "staging.yml")
        # A release publishes images, and is signed by the name of the workflow.
        may += [{**WITH_TOKEN, "packages": "write"}] * (path.name == "release.yml")
        assert job.get("permissions", {"contents": "read"}) in may
    for step in steps(path):
        if "uses" in step:
            assert re.search(r"@(v\d+\.\d+\.\d+|[0-9a-f]{40})$", step["uses"]), step["uses"]
    assert "secrets." not in path.read_text()


def test_workflows_pass_a_linter_for_their_safety() -> None:
    zizmor = str(Path(sys.executable).with_name("zizmor"))
    done = subprocess.run(
        [zizmor, "--offline", "--no-progress", "--min-severity", "medium", str(ROOT / ".github")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_release_is_scanned_before_it_is_published_and_signed_after() -> None:
    path = ROOT / ".github/workflows/release.yml"
    assert yaml.safe_load(path.read_text())[True] == {"push": {"tags": ["v*"]}}
    order = [step.get("uses", step.get("run", "")) for step in steps(path)]
    (build,) = [one for one in order if "docker build" in one]
    (publish,) = [one for one in order if "docker push" in one]
    (scan,) = [one for one in order if one.startswith("anchore/scan-action@")]
    (contents,) = [one for one in order if one.startswith("anchore/sbom-action@")]
    assert order.index(build) < order.index(contents) < order.index(scan) < order.index(publish)
    lines = publish.splitlines()
    pushed = next(n for n, line in enumerate(lines) if "docker push" in line)
    assert all(n > pushed for n, line in enumerate(lines) if "cosign" in line)
    assert 'cosign sign --yes "$digest"' in publish, "by digest: a tag can move"
    documented = re.search(r"docker build .*?\. ?\n", read("docs/deploy.md"), re.DOTALL)
    assert documented
    arguments = re.findall(r"--build-arg \S+", documented[0])
    assert re.findall(r"--build-arg \S+", build) == arguments, "as docs/deploy.md builds it"
    for image in ("transcribe", "bulk"):
        assert (ROOT / "containers" / image / "Dockerfile").exists()


def test_a_pull_request_is_told_what_would_change_and_only_a_person_deploys() -> None:
    path = ROOT / ".github/workflows/staging.yml"
    jobs = yaml.safe_load(path.read_text())["jobs"]
    commands = {
        name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()
    }
    assert commands["diff"][-1] == "cdk diff --all"
    assert commands["deploy"][-2:] == [
        "earshot preflight",
        "cdk deploy --all --require-approval never",
    ]
    assert jobs["deploy"]["environment"] == "staging"
    assert "workflow_dispatch" in jobs["deploy"]["if"]
    assert "head.repo.full_name == github.repository" in jobs["diff"]["if"], "no fork's code"
    said = read("docs/deploy.md")
    for name in re.findall(r"vars\.(\w+)", path.read_text()):
        assert name in said


def test_updates_look_wherever_something_is_pinned() -> None:
    looked: dict[str, set[str]] = {}
    for update in yaml.safe_load(read(".github/dependabot.yml"))["updates"]:
        folders = update.get("directories", [update.get("directory")])
        looked.setdefault(update["package-ecosystem"], set()).update(folders)
    for ecosystem, pattern in {"pip": "*requirements*.txt", "docker": "*Dockerfile"}.items():
        folders = {"/" + str(path.parent.relative_to(ROOT)) for path in tracked(pattern)}
        assert looked[ecosystem] == {folder.removesuffix(".") for folder in folders}
    assert looked["github-actions"] == {"/"}


def test_hooks_bring_no_second_version_of_a_tool() -> None:
    for repository in HOOKS:
        assert repository["repo"] == "local"
        for hook in repository["hooks"]:
            assert hook["language"] in ("system", "pygrep")
            assert hook["language"] == "pygrep" or hook["entry"].startswith(".venv/bin/python -m ")


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [
        ("trailing-whitespace", "a \nb\n", "a\n  b\n"),
        ("final-newline", "a", "a\n"),
        ("final-newline", "a\n\n", "a\n\nb\n"),
        ("carriage-return", "a\r\n", "a\n"),
        ("merge-conflict", "<" * 7 + " HEAD\n", "a << b\n"),
        ("private-key", "-----BEGIN RSA " + "PRIVATE KEY-----\n", "a private key\n"),
        ("private-key", "id = AKIA" + "Z" * 16, "AKIA\n"),
    ],
)
def test_a_hook_finds_what_it_is_named_after(name: str, bad: str, good: str) -> None:
    (hook,) = [hook for repo in HOOKS for hook in repo["hooks"] if hook["id"] == name]

    def found(text: str) -> bool:
        """As pre-commit searches: line by line, or in the whole file."""
        if "--multiline" in hook.get("args", ()):
            return bool(re.search(hook["entry"], text, re.MULTILINE))
        return any(re.search(hook["entry"], line) for line in text.splitlines(keepends=True))

    assert found(bad)
    assert not found(good)


def test_issue_forms_ask_for_each_thing_once() -> None:
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"):
        if path.name != "config.yml":
            form = yaml.safe_load(path.read_text())
            names = [part["id"] for part in form["body"] if part["type"] != "markdown"]
            assert names and len(names) == len(set(names))
            assert form["name"] and form["description"]
        for named in re.findall(r"\b(?:docs/)?\w+\.md\b", path.read_text()):
            assert (ROOT / named).exists(), f"{path.name}: {named}"


def test_every_rule_of_checkov_that_is_passed_over_is_answered() -> None:
    page = read("docs/decisions/checkov.md")
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| CKV")]
    assert len(rows) >= 18
    for row in rows:
        assert all(len(cell.split()) >= 1 for cell in row[1:5]), row
        assert len(row[4].split()) >= 8, "an answer, not a word"
    pinned = re.search(r"^CHECKOV := checkov==([\d.]+)$", read("Makefile"), re.MULTILINE)
    assert pinned is not None
    assert f"checkov](https://www.checkov.io) {pinned[1]}" in page
    assert "checkov" in targets()
