"""The installed command: light to start, and plain about what it lacks."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import earshot
from earshot.cli.lazy import LazyCommand, lazy_app
from earshot.cli.main import COMMANDS, app
from scripts import ROOT
from scripts.__main__ import ALL

SAMPLE = ROOT / "samples" / "morning-bread.mp3"
AWS = ("boto3", "botocore", "opensearchpy", "pydantic_settings", "aws_lambda_powertools")


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Runs code as a user who has the package and none of the AWS libraries."""
    away = "import sys\n" + "".join(f"sys.modules[{name!r}] = None\n" for name in AWS)
    return subprocess.run(
        [sys.executable, "-c", away + code],
        cwd=ROOT / "lambdas", capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_every_command_is_listed_and_has_help_of_its_own() -> None:
    listed = CliRunner().invoke(app, ["--help"]).stdout
    for name in COMMANDS:
        assert f" {name} " in listed
        shown = CliRunner().invoke(app, [name, "--help"])
        assert shown.exit_code == 0, shown.output
        assert "Usage" in shown.stdout


def test_what_python_m_scripts_lists_holds_every_product_command() -> None:
    assert COMMANDS.keys() < ALL.keys()


def test_help_imports_no_command() -> None:
    done = python(
        "from earshot.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'numpy', 'onnxruntime', 'earshot.cli.upload'} & set(sys.modules)"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow("a process that reads the models")
def test_a_file_is_transcribed_where_no_aws_library_is_installed() -> None:
    done = python(f"from earshot.cli.main import app; app(['transcribe', {str(SAMPLE)!r}])")
    assert done.returncode == 0, done.stderr
    assert "hot oven" in done.stdout.lower()


@pytest.mark.slow("a process that reads the models")
def test_the_six_lines_of_the_readme_give_a_transcript(tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text()
    (block,) = [one for one in page.split("```python\n")[1:] if "open_transcriber" in one]
    lines = block.split("```")[0]
    assert len(lines.strip().splitlines()) == 6
    done = python(lines.replace("talk.mp3", str(SAMPLE)))
    assert done.returncode == 0, done.stderr
    assert "hot oven" in done.stdout.lower()


def test_a_command_whose_packages_are_missing_names_the_extra() -> None:
    done = python("from earshot.cli.main import app; app(['check'])")
    assert done.returncode == 2
    assert "pip install 'earshot[aws]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_module_of_our_own_that_is_missing_is_a_bug_not_a_missing_package() -> None:
    broken = lazy_app({"x": LazyCommand("earshot.nowhere:x", "", "aws"), "y": ALL["check"]}, "")
    done = CliRunner().invoke(broken, ["x"])
    assert isinstance(done.exception, ModuleNotFoundError)


@pytest.mark.parametrize("name", earshot.__all__)
def test_every_name_that_the_package_promises_is_there(name: str) -> None:
    assert getattr(earshot, name)


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = earshot.nothing_of_the_kind
