"""docs/deploy.md, command by command, against the emulator: what can't run here says why."""

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from earshot.cli.outputs import Outputs
from scripts.local import emulator
from tests.pipeline.conftest import PATIENCE, ROOT

AWS_CLI = "awscli==1.46.2"  # where none is installed
GUIDE = ROOT / "docs" / "deploy.md"

# By what a command begins with. Each reason is of this machine, or of the emulator.
NOT_HERE = {
    "python3 -m venv": "the tests run in such an environment",
    "pip install": "as above",
    "npm install": "the local stack installs the same version (scripts/local/deploy.py)",
    "cdk bootstrap": "run by the local stack, with its own settings",
    "cdk deploy": "as above: an image needs Docker",
    "aws ec2 authorize-security-group-ingress": "the emulator's stack is in no VPC",
    "cdk destroy": "run by `make drill`: other tests need this stack",
    "docker": "needs Docker",
    "IMAGE=": "no version is released yet",
    "cosign": "as above",
    "earshot upload --bulk": "a folder of the reader's",
}
INSTEAD = {  # the emulator's stack has no user pool, and other tests need its buckets and table
    'POOL="$(output UserPoolId)"': 'POOL="$WALK_POOL"',
    "earshot preflight": "earshot preflight || test $? = 1  # Docker may be missing here",
    'aws s3 rb "s3://$AUDIO_BUCKET"': "export AUDIO_BUCKET=walk-a TRANSCRIPTS_BUCKET=walk-b "
    'TABLE=walk\naws s3 rb "s3://$AUDIO_BUCKET"',
}


def commands() -> Iterator[str]:
    """Every command in the page's shell blocks, in order; a function is one."""
    for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        lines: list[str] = []
        for line in block.splitlines():
            lines.append(line)
            text = "\n".join(lines)
            is_open = any(one.endswith("{") for one in lines) and line != "}"
            if not line.endswith("\\") and not is_open:
                yield re.sub(r"  +#.*$", "", text)
                lines = []


def reason(command: str) -> str | None:
    """Why a command is not run here; None for one that is."""
    found = [why for begin, why in NOT_HERE.items() if command.startswith(begin)]
    return found[0] if found else None


def test_every_reason_is_of_a_command_that_the_page_has() -> None:
    for begin in NOT_HERE:
        assert any(command.startswith(begin) for command in commands()), begin
    for begin in INSTEAD:
        assert any(command.startswith(begin) for command in commands()), begin


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with `earshot` and `aws`."""
    aws = shutil.which("aws")
    works = aws and subprocess.run([aws, "--version"], capture_output=True, check=False)
    uvx = Path(sys.executable).with_name("uvx")
    for name, command in {
        "earshot": f"{sys.executable} -m earshot",
        "aws": aws if works and works.returncode == 0 else f"{uvx} -q --from {AWS_CLI} aws",
    }.items():
        file = tmp_path / name
        file.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return tmp_path


@pytest.mark.package_index
def test_the_guide_to_deployment_works_as_it_is_written(stack: Outputs, tools: Path) -> None:
    pool = stack.client("cognito-idp").create_user_pool(PoolName="walk")["UserPool"]["Id"]
    stack.client("cognito-idp").create_group(UserPoolId=pool, GroupName="editors")
    for bucket in ("walk-a", "walk-b"):
        stack.client("s3").create_bucket(Bucket=bucket)
    stack.client("dynamodb").create_table(
        TableName="walk",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    run = [command for command in commands() if reason(command) is None]
    assert len(run) >= 15
    for begin, instead in INSTEAD.items():
        run = [
            instead + command.removeprefix(begin) if command.startswith(begin) else command
            for command in run
        ]
    assert stack.aws_endpoint_url
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(["set -x", *run])],
        cwd=ROOT,
        env={
            **emulator.clean_environment(),
            **emulator.credentials(stack.aws_endpoint_url),
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "lambdas"),
            "WALK_POOL": pool,
            "AWS_PAGER": "",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * PATIENCE,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert '"total":' in done.stdout, "the search answered"
    assert '"session_key": "MIIB' in done.stdout
    assert "ok    credentials" in done.stdout
    people = stack.client("cognito-idp").list_users_in_group(UserPoolId=pool, GroupName="editors")
    assert len(people["Users"]) == 1
    assert "walk" not in stack.client("dynamodb").list_tables()["TableNames"]
    left = {one["Name"] for one in stack.client("s3").list_buckets()["Buckets"]}
    assert not {"walk-a", "walk-b"} & left
