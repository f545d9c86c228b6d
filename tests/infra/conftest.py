"""Both targets, synthesized by the app once for all processes of a run, in a bare environment."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scripts.local.daemon import locked
from tests.infra.template import Template
from tests.session_keys import PUBLIC

ROOT = Path(__file__).resolve().parents[2]
LOCAL = {
    "target": "local",
    "endpoint_port": "4566",
    "local_model": "models/demo",
    "local_writer": "models/moonshine-tiny",
    "opensearch_url": "http://127.0.0.1:9201",
}
NO_PIP = {
    "aws:cdk:bundling-stacks": [],  # zips of the code alone; test_bundling.py runs pip
    "settings_file": "",  # whatever this checkout is deployed with
}

CHOSEN = {
    "alarm_email": "ops@example.org",
    "bulk": True,
    "versions": False,
    "keep_days": 365,
    "tags": "team=archive,cost-centre=42",
    "domain_name": "search.example.org",
    "certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/"
    "12345678-1234-1234-1234-123456789012",
    "hosted_zone_id": "Z0123456789ABC",
    "web_acl_arn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/mine/"
    "12345678-1234-1234-1234-123456789012",
    "monthly_budget_usd": 100,
    "access_logs": True,
    "kms_key_arn": "arn:aws:kms:eu-central-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    "vpc_id": "vpc-0123456789abcdef0",
    "vpc_subnet_ids": "subnet-0aaaaaaaaaaaaaaaa,subnet-0bbbbbbbbbbbbbbbb,subnet-0cccccccccccccccc",
    "reading": "sign-in",
    "session_key": PUBLIC,
    "arm64": True,
    "confined_functions": True,
    "unconfined_decoder": True,
    "opensearch_nodes": 3,
    "opensearch_zones": 3,
    "opensearch_instance": "r7g.large.search",
}


def synthesize(folder: Path, context: Mapping[str, object]) -> subprocess.CompletedProcess[str]:
    """Run `app.py` as the CDK's command line does, without credentials, Docker or network."""
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            # Node, which the CDK needs, and nothing else.
            "PATH": str(Path(sys.executable).parent),
            "HOME": str(folder),
            "AWS_EC2_METADATA_DISABLED": "true",
            "HTTP_PROXY": "http://127.0.0.1:9",
            "HTTPS_PROXY": "http://127.0.0.1:9",
            "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
            "CDK_OUTDIR": str(folder),
            "CDK_CONTEXT_JSON": json.dumps(context),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    everything = {
        "alarm_email": "ops@example.org",
        "bulk": "true",
        "max_request_seconds": "120",
        "writer": "models/moonshine-tiny",
    }
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    contexts = {
        "aws": NO_PIP | everything,
        "local": NO_PIP | LOCAL,
        "chosen": flags | NO_PIP | CHOSEN,
    }
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folders = {target: run / "templates" / target for target in contexts}
    done_once = run / "templates" / "done"
    with locked(run / "templates" / "lock"):  # one process of a run makes them for the others
        if not done_once.exists():
            for folder in folders.values():
                folder.mkdir(exist_ok=True)
            with ThreadPoolExecutor() as pool:
                done = pool.map(synthesize, folders.values(), contexts.values())
                for one in done:
                    assert one.returncode == 0, one.stderr
            done_once.touch()
    return {target: Template(folder) for target, folder in folders.items()}


@pytest.fixture(scope="session")
def aws(templates: dict[str, Template]) -> Template:
    return templates["aws"]


@pytest.fixture(scope="session")
def chosen(templates: dict[str, Template]) -> Template:
    """With every choice of the operator's made, but for a bucket of one's own."""
    return templates["chosen"]


@pytest.fixture(scope="session")
def local(templates: dict[str, Template]) -> Template:
    return templates["local"]


@pytest.fixture(scope="session")
def bulk(aws: Template) -> Template:
    """The bulk lane's own stack."""
    return Template(aws.assembly, "EarshotBulk")
