"""A zip function's archive: the package, one handler, and the pinned dependencies."""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling, aws_lambda

ROOT = Path(__file__).resolve().parent.parent
LAMBDAS = ROOT / "lambdas"
HANDLERS = ("api", "index", "sign_in", "transcribe", "webhooks", "fetch")
IGNORED = ("**/__pycache__", "**/*.pyc", "**/requirements.txt")
PYTHON = "3.12"  # of zip functions
CONSTRAINTS = ROOT / "constraints.txt"
# Published without wheels, and pip builds none for another platform than its own. These are pure
# Python, so wheels built here run everywhere.
SOURCE_ONLY = ("breame", "docopt", "metaphone")
GLIBC = ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
X86, ARM = "x86_64", "aarch64"


def source_only(*handlers: str) -> aws_lambda.Code:
    """The code without dependencies, for an interpreter that has them."""
    others = [f"{name}/**" for name in HANDLERS if name not in handlers]
    return aws_lambda.Code.from_asset(str(LAMBDAS), exclude=[*others, *IGNORED])


def with_dependencies(handler: str, machine: str = X86) -> aws_lambda.Code:
    """The code of one handler and the wheels it needs, bundled by pip without Docker."""
    others = [f"{name}/**" for name in HANDLERS if name != handler]
    return aws_lambda.Code.from_asset(
        str(LAMBDAS),
        exclude=[*others, *IGNORED[:2]],
        asset_hash_type=AssetHashType.CUSTOM,
        asset_hash=content_hash(handler, machine),
        bundling=BundlingOptions(
            image=DockerImage.from_registry("public.ecr.aws/sam/build-python3.12"),
            local=_PipBundling(handler, machine),
        ),
    )


def content_hash(handler: str, machine: str = X86) -> str:
    """Of everything that decides what an archive holds: a change of any of it is deployed.

    The sources alone don't: the versions of dependencies stand in constraints.txt, and how they
    are bundled stands here.
    """
    digest = hashlib.sha256()
    sources = [
        path
        for folder in ("earshot", handler)
        for path in sorted((LAMBDAS / folder).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    for path in (*sources, CONSTRAINTS, Path(__file__)):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update(f"{_interpreter() is not None}".encode())  # whether the code is compiled
    digest.update(machine.encode())
    return digest.hexdigest()


@jsii.implements(ILocalBundling)
class _PipBundling:
    """Bundles on this machine, whatever its platform."""

    def __init__(self, handler: str, machine: str) -> None:
        self._handler, self._machine = handler, machine

    def try_bundle(self, output_dir: str, options: BundlingOptions) -> bool:
        del options
        bundle(self._handler, Path(output_dir), self._machine)
        return True


def bundle(handler: str, target: Path, machine: str = X86) -> None:
    """Fill `target` with the contents of the function's archive, for processors of `machine`."""
    pinned = ["--constraint", str(CONSTRAINTS)]
    with tempfile.TemporaryDirectory() as wheels:
        _pip("wheel", "--no-deps", "--wheel-dir", wheels, *pinned, *SOURCE_ONLY)
        _pip(
            "install", "--no-compile", "--target", str(target), *pinned,
            "--requirement", str(LAMBDAS / handler / "requirements.txt"),
            "--find-links", wheels, "--only-binary=:all:", "--python-version", PYTHON,
            *(part for glibc in GLIBC for part in ("--platform", f"{glibc}_{machine}")),
        )  # fmt: skip
    for name in ("earshot", handler):
        shutil.copytree(
            LAMBDAS / name,
            target / name,
            ignore=shutil.ignore_patterns("__pycache__", "requirements.txt"),
        )
    _compile(target)


def _pip(command: str, *arguments: str) -> None:
    """Run pip. Its output is shown only on failure: its warnings are about this environment."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--disable-pip-version-check",
            command,
            "--quiet",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pip {command} failed:\n{done.stderr}")


def _compile(target: Path) -> None:
    """Compile for the functions' interpreter, if this machine has it.

    Lambda's file system is read-only, so code that isn't compiled now is compiled at every cold
    start. The check is by hash, because the archive doesn't keep times.
    """
    if python := _interpreter():
        subprocess.run(
            [
                python,
                "-W",
                "ignore",
                "-m",
                "compileall",
                "-qq",
                "--invalidation-mode",
                "unchecked-hash",
                target,
            ],
            check=False,  # some packages carry files for other versions of Python
        )
    else:
        print(
            f"Python {PYTHON} is not installed: functions will compile their code at cold starts.",
            file=sys.stderr,
        )


@cache
def _interpreter() -> str | None:
    """A Python of the functions' version that starts; version managers leave shims that don't."""
    for candidate in (sys.executable, f"python{PYTHON}"):
        says = "import sys; print('{}.{}'.format(*sys.version_info))"
        try:
            done = subprocess.run(
                [candidate, "-c", says], capture_output=True, text=True, check=False
            )
        except OSError:
            continue
        if done.stdout.strip() == PYTHON:
            return candidate
    return None
