"""What a zip function's archive holds: the shared package, its handler, its pinned dependencies."""

import subprocess
import sys
from pathlib import Path

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling, aws_lambda

ROOT = Path(__file__).resolve().parent.parent
LAMBDAS = ROOT / "lambdas"
HANDLERS = ("api", "index", "transcribe")
IGNORED = ("**/__pycache__", "**/*.pyc", "**/requirements.txt")


def source_only(*handlers: str) -> aws_lambda.Code:
    """The code alone, for an interpreter that has the dependencies."""
    others = [name for name in HANDLERS if name not in handlers]
    return aws_lambda.Code.from_asset(str(LAMBDAS), exclude=[*others, *IGNORED])


def with_dependencies(handler: str) -> aws_lambda.Code:
    """The code of one handler and the wheels it needs, made by pip without Docker."""
    others = [name for name in HANDLERS if name != handler]
    return aws_lambda.Code.from_asset(
        str(LAMBDAS),
        exclude=[*others, *IGNORED[:2]],
        asset_hash_type=AssetHashType.SOURCE,
        bundling=BundlingOptions(
            image=DockerImage.from_registry("public.ecr.aws/sam/build-python3.12"),
            local=_PipBundling(handler),
        ),
    )


@jsii.implements(ILocalBundling)
class _PipBundling:
    """Installs wheels for Lambda's platform, whatever this machine is."""

    def __init__(self, handler: str) -> None:
        self._handler = handler

    def try_bundle(self, output_dir: str, options: BundlingOptions) -> bool:
        del options
        subprocess.run(
            [
                sys.executable, "-m", "pip", "install", "--quiet", "--no-compile",
                "--requirement", str(LAMBDAS / self._handler / "requirements.txt"),
                "--target", output_dir,
                "--platform", "manylinux_2_28_x86_64",
                "--platform", "manylinux2014_x86_64",
                "--python-version", "3.12",
                "--only-binary=:all:",
            ],
            check=True,
        )  # fmt: skip
        for name in ("earshot", self._handler):
            _copy(LAMBDAS / name, Path(output_dir) / name)
        return True


def _copy(source: Path, target: Path) -> None:
    import shutil

    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns("__pycache__", "requirements.txt")
    )
