"""The bulk lane's worker as a process here: what ECS starts on AWS, when others leave it time."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from earshot.settings import BulkSettings, environment_of
from scripts import ROOT
from scripts.local import daemon
from scripts.local.emulator import clean_environment, credentials

PROGRAM = ROOT / "containers" / "bulk" / "worker.py"
MARK = f"bulk/{PROGRAM.name}"
VISIBILITY_S = 10  # a killed worker's messages are back soon


def start(home: Path, endpoint_url: str, cdk: Mapping[str, str], model: str, writer: str) -> None:
    """Start one, unless it runs. `cdk` are the stack's outputs."""
    if is_running(home):
        return
    daemon.stop(home, patience=0)
    scratch = home / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    threads = os.environ.get("OMP_NUM_THREADS", "1")  # as the functions have it
    daemon.launch(
        home,
        [sys.executable, str(PROGRAM)],
        mark=MARK,
        port=0,
        environment=clean_environment()
        | credentials(endpoint_url)
        | {
            "PYTHONPATH": str(ROOT / "lambdas"),
            "TMPDIR": str(scratch),
            "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": threads,
        }
        | environment_of(
            BulkSettings,
            table=cdk["Table"],
            audio_bucket=cdk["AudioBucket"],
            transcripts_bucket=cdk["TranscriptsBucket"],
            bulk_queue_url=cdk["BulkQueueUrl"],
            model=model,
            writer=writer,
            engine="onnx",  # as the functions
            visibility_s=VISIBILITY_S,
            # A little at a time: the emulator and the index serve live files in between.
            threads=1,
            batch_seconds=20,
        ),
        log=home / "worker.log",
        background=True,
    )


def is_running(home: Path) -> bool:
    return daemon.remembered(home) is not None


def stop(home: Path) -> None:
    """At once: what it was at goes with the emulator, or comes back after a moment."""
    daemon.stop(home, patience=0)
