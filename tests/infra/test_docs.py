"""What the docs say of a deployment is what the templates and the code say."""

import re
from dataclasses import fields

import typer
from typer.testing import CliRunner

from infra.settings import Settings
from scripts.__main__ import app as commands
from scripts.costs import costs
from tests.infra.conftest import ROOT
from tests.infra.template import Template

DOCS = ROOT / "docs"


def test_deploy_md_explains_every_output(aws: Template) -> None:
    text = (DOCS / "deploy.md").read_text()
    told = [name for name, one in aws.body["Outputs"].items() if "Export" not in one]
    unexplained = [name for name in told if f"`{name}`" not in text]
    # The CDN's bucket is filled by the deployment; nobody needs its name.
    assert set(unexplained) <= {"ApiId", "SiteBucket"}


def test_settings_named_in_the_docs_exist() -> None:
    known = {one.name for one in fields(Settings)} | {"target", "NAME"}
    for page in DOCS.glob("*.md"):
        for name in re.findall(r"-c (\w+)=", page.read_text()):
            assert name in known, f"{page.name}: {name}"


def test_costs_md_shows_what_the_command_prints() -> None:
    app = typer.Typer()
    app.command()(costs)
    printed = CliRunner().invoke(app, ["--markdown"]).stdout.strip()
    assert printed
    assert printed in (DOCS / "costs.md").read_text()


def test_commands_named_in_the_docs_exist() -> None:
    known = set(typer.main.get_command(commands).commands)  # type: ignore[attr-defined]
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for name in re.findall(r"python -m scripts ([a-z]+)", page.read_text()):
            assert name in known, f"{page.name}: {name}"


def test_links_between_pages_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *DOCS.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)?(#[^)]+)?\)", page.read_text()):
            path, anchor = target
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), f"{page.name}: {path}"
            if anchor and linked.suffix == ".md":
                assert anchor.lstrip("#") in anchors(linked.read_text()), f"{page.name}: {target}"


def anchors(text: str) -> set[str]:
    """The headings as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}
