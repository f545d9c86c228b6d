"""What this machine needs to deploy: Node for the CDK, and Docker where an image is built."""

import re
import subprocess
from collections.abc import Callable, Iterator, Sequence

from earshot.cli.preflight.findings import Finding, Plan, State

# Measured: exporting the large model takes that much; a smaller or an ONNX model takes less.
BUILD_GB = 6.3
NODE = 22

Run = Callable[[Sequence[str]], str | None]
"""Runs a program and returns what it printed; None when it is not there or fails."""


def run(command: Sequence[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def machine(plan: Plan, run: Run = run) -> Iterator[Finding]:
    version = run(["node", "--version"])
    major = re.match(r"v(\d+)", version or "")
    if major is None or int(major[1]) < NODE:
        said = f"Node {NODE} or newer is needed for the CDK; {version or 'none'} is here.".replace(
            "\n", ""
        )
        yield Finding("Node", State.STOPS, said)
    else:
        yield Finding("Node", State.FINE, (version or "").strip())
    cdk = run(["cdk", "--version"])
    yield (
        Finding("cdk", State.FINE, cdk.strip())
        if cdk
        else Finding("cdk", State.STOPS, "Install it: npm install --global aws-cdk@2.1148.1")
    )
    yield from _docker(plan, run)


def _docker(plan: Plan, run: Run) -> Iterator[Finding]:
    if not plan.builds_an_image:
        yield Finding("Docker", State.FINE, "not needed: the image is in ECR")
        return
    memory = run(["docker", "info", "--format", "{{.MemTotal}}"])
    if memory is None or not memory.strip().isdigit():
        yield Finding(
            "Docker",
            State.STOPS,
            "Docker does not answer, and it builds the image. Start it, or name an image that is "
            'in ECR: "image" in docs/deploy.md, Without Docker.',
        )
        return
    gb = int(memory) / 1e9
    if gb < BUILD_GB and plan.model.startswith("facebook/wav2vec2-large"):
        yield Finding(
            "memory to build",
            State.STOPS,
            f"Docker has {gb:.1f} GB, and exporting {plan.model} takes {BUILD_GB}. Give it more "
            'memory, build on another machine ("image"), or choose a smaller model.',
        )
    else:
        yield Finding("Docker", State.FINE, f"{gb:.1f} GB of memory")
