"""Zip archives as uploaded: built by pip for Lambda's platform, with the tested versions."""

import os
import shutil
import subprocess
from importlib.metadata import distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from infra import code
from infra.code import CONSTRAINTS, LAMBDAS, PYTHON, bundle
from tests.infra import image
from tests.infra.conftest import ROOT

MAX_UNZIPPED_MB = 250  # Lambda's


def constraints() -> dict[str, str]:
    lines = [line.partition("#")[0].strip() for line in CONSTRAINTS.read_text().splitlines()]
    pinned = [Requirement(line) for line in lines if line]
    return {
        one.name: str(one.specifier).removeprefix("==")
        for one in pinned
        if one.marker is None or one.marker.evaluate()
    }


def test_what_runs_here_is_what_is_deployed() -> None:
    """Run `make lock` after a change of requirements, and install what it settled."""
    here = {name: version(name) for name in constraints()}
    assert here == constraints()


def test_every_requirement_has_its_constraint() -> None:
    pinned = {name.lower().replace("_", "-") for name in constraints()}
    for requirements in (ROOT / "requirements.txt", *LAMBDAS.glob("*/requirements.txt")):
        names = {name.lower().replace("_", "-") for name in image.required(requirements)}
        assert names <= pinned, "run `make lock`"


@pytest.mark.parametrize(
    ("changed", "matters"),
    [
        ("constraints.txt", True),  # a mended dependency must be deployed
        ("lambdas/api/requirements.txt", True),
        ("lambdas/earshot/errors.py", True),
        ("lambdas/api/app.py", True),
        ("infra/code.py", True),
        ("lambdas/index/handler.py", False),
        ("README.md", False),
    ],
)
def test_an_archive_is_new_when_anything_in_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str, matters: bool
) -> None:
    for name in ("constraints.txt", "README.md", "infra/code.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(LAMBDAS, tmp_path / "lambdas")
    monkeypatch.setattr(code, "ROOT", tmp_path)
    monkeypatch.setattr(code, "LAMBDAS", tmp_path / "lambdas")
    monkeypatch.setattr(code, "CONSTRAINTS", tmp_path / "constraints.txt")
    monkeypatch.setattr(code, "__file__", str(tmp_path / "infra" / "code.py"))
    before = code.content_hash("api")
    assert code.content_hash("api") == before
    with (tmp_path / changed).open("a") as file:
        file.write("# changed\n")
    assert (code.content_hash("api") != before) is matters


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    bundle("index", folder)
    return folder


@pytest.mark.package_index
def test_an_archive_holds_its_handler_the_shared_code_and_nothing_of_others(archive: Path) -> None:
    assert (archive / "index" / "handler.py").is_file()
    assert (archive / "earshot" / "search" / "index.py").is_file()
    assert not (archive / "api").exists()
    assert not (archive / "onnxruntime").exists()
    assert not list(archive.rglob("index/requirements.txt"))


@pytest.mark.package_index
def test_an_archive_holds_the_versions_that_were_tested(archive: Path) -> None:
    held = {one.name: one.version for one in distributions(path=[str(archive)])}
    pinned = {name.lower().replace("_", "-"): value for name, value in constraints().items()}
    for name, found in held.items():
        assert found == pinned[name.lower().replace("_", "-")], name


@pytest.mark.package_index
def test_an_archives_machine_code_is_for_lambda(archive: Path) -> None:
    built = [one.name for one in archive.rglob("*.so")]
    assert built
    tag = PYTHON.replace(".", "")
    for name in built:
        assert f"cpython-{tag}-x86_64" in name or "abi3" in name or "lib" in name, name


@pytest.mark.package_index
def test_an_archive_fits_into_lambda(archive: Path) -> None:
    size = sum(one.stat().st_size for one in archive.rglob("*") if one.is_file())
    assert size < MAX_UNZIPPED_MB * 1024**2


@pytest.mark.package_index
def test_an_archive_runs_on_lambdas_python(archive: Path, tmp_path: Path) -> None:
    python = _interpreter()
    if python is None:
        pytest.skip(f"there is no Python {PYTHON} on this machine")
    base = image.lend({"boto3"}, tmp_path / "base")  # Python alone, so any version's
    done = subprocess.run(
        [python, "-S", "-c", "import index.handler"],
        env={"PYTHONPATH": f"{archive}{os.pathsep}{base}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _interpreter() -> str | None:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [shutil.which(f"python{PYTHON}"), *versions.glob(f"{PYTHON}.*/bin/python{PYTHON}")]
    for candidate in candidates:
        if candidate is None:
            continue
        done = subprocess.run([candidate, "-c", ""], capture_output=True, check=False)
        if done.returncode == 0:  # a version manager's shim may lead nowhere
            return str(candidate)
    return None
