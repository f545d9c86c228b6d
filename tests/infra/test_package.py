"""`pip install .` in an empty environment gives the command and the library."""

import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 600

pytestmark = pytest.mark.package_index


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment that has nothing but the package."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    subprocess.run(
        [programs / "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)],
        check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return programs


def run(programs: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(programs / command[0]), *command[1:]],
        cwd=programs, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_the_installed_command_transcribes_a_file(installed: Path) -> None:
    done = run(installed, "earshot", "transcribe", str(ROOT / "samples" / "morning-bread.mp3"))
    assert done.returncode == 0, done.stderr
    assert "hot oven" in done.stdout.lower()


def test_no_aws_library_comes_along(installed: Path) -> None:
    code = "import importlib.util as u; print([n for n in ('boto3', 'torch') if u.find_spec(n)])"
    assert run(installed, "python", "-c", code).stdout == "[]\n"


def test_the_licences_and_one_version_are_in_the_package(installed: Path) -> None:
    code = (
        "from importlib.metadata import files, version; import earshot;"
        "assert version('earshot') == earshot.__version__;"
        "print(*sorted(f.name for f in files('earshot') if 'licenses' in f.parts))"
    )
    done = run(installed, "python", "-c", code)
    assert {"LICENSE", "NOTICE", "LICENSE-moonshine.txt"} <= set(done.stdout.split()), done.stderr
