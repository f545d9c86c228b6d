"""The real `cdk bootstrap` and `cdk deploy`, pointed at the emulator."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from earshot.errors import EarshotError
from scripts import ROOT
from scripts.local import daemon
from scripts.local.emulator import ACCOUNT, REGION, clean_environment, credentials

CDK_VERSION = "2.1148.1"
CDK = ROOT / ".local" / "cdk"
STACK = "Earshot"
_SOURCES = ("app.py", "cdk.json", "earshot.json", "containers", "infra", "lambdas")

Say = Callable[[str], None]


class DeployError(EarshotError):
    """A cdk command failed; the message ends with its last lines."""


def fingerprint(context: Mapping[str, str]) -> str:
    """Of everything the deployment is made of: the same one needs no new deployment."""
    digest = hashlib.sha256(json.dumps(dict(context), sort_keys=True).encode())
    for name in _SOURCES:
        source = ROOT / name
        files = [source] if source.is_file() else sorted(source.rglob("*"))
        for file in files:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def synthesize(context: Mapping[str, str], fingerprint: str, assembly: Path, say: Say) -> None:
    """Turn the app into templates and archives in the folder `assembly`, unless they are there."""
    made_of = assembly / "fingerprint"
    if made_of.exists() and made_of.read_text() == fingerprint:
        return
    say("Synthesizing the stack …")
    made_of.unlink(missing_ok=True)
    switches = [part for name, value in context.items() for part in ("-c", f"{name}={value}")]
    _cdk("synth", "--quiet", "--output", str(assembly), *switches)
    made_of.write_text(fingerprint)


def bootstrap(endpoint_url: str, say: Say) -> None:
    say("cdk bootstrap …")
    _cdk("bootstrap", "--app", "", f"aws://{ACCOUNT}/{REGION}", endpoint_url=endpoint_url)


def deploy(endpoint_url: str, assembly: Path, say: Say) -> Mapping[str, str]:
    """Deploy what was synthesized; the stack's outputs."""
    say("cdk deploy …")
    outputs = assembly.parent / "cdk-outputs.json"
    _cdk(
        "deploy", "--app", str(assembly), "--require-approval", "never", "--outputs-file",
        str(outputs), endpoint_url=endpoint_url,
    )  # fmt: skip
    (stack,) = json.loads(outputs.read_text()).values()
    found: Mapping[str, str] = stack
    return found


def destroy(endpoint_url: str, assembly: Path, say: Say) -> None:
    say("cdk destroy …")
    _cdk("destroy", "--app", str(assembly), "--force", endpoint_url=endpoint_url)


def ensure_cli(say: Say) -> Path:
    """The CDK's command line, installed by npm the first time."""
    cli = CDK / "node_modules" / "aws-cdk" / "bin" / "cdk"
    package = CDK / "node_modules" / "aws-cdk" / "package.json"
    with daemon.locked(CDK / "lock"):
        if not package.exists() or json.loads(package.read_text())["version"] != CDK_VERSION:
            say(f"Installing the CDK's command line {CDK_VERSION} from npm …")
            _run(
                ["npm", "install", "--prefix", str(CDK), "--no-audit", "--no-fund",
                 "--loglevel=error", f"aws-cdk@{CDK_VERSION}"],
                clean_environment(),
            )  # fmt: skip
    return cli


def _cdk(*arguments: str, endpoint_url: str | None = None) -> None:
    cli = CDK / "node_modules" / "aws-cdk" / "bin" / "cdk"
    environment = clean_environment()
    if endpoint_url:
        environment |= credentials(endpoint_url)
    _run(["node", str(cli), *arguments], environment)


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=dict(environment) | {"CI": "true", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        last_lines = "\n".join(done.stdout.splitlines()[-25:])
        raise DeployError(f"`{' '.join(command[:3])} …` failed:\n{last_lines}")
