"""`make drill`: a deployment's life on the local stack, with what would be lost, and its times.

It deploys, changes a setting while files flow, turns the bulk lane off and on, loses records and
sound and restores them, is destroyed, deployed again over what stayed, and adopts that. Each step
checks that no recording is lost. It has a stack of its own and leaves none.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from earshot.cli.outputs import Outputs
from earshot.cli.waiting import wait_for
from earshot.errors import EarshotError
from earshot.recordings.ids import recording_id
from scripts import ROOT
from scripts.local import stack

SAMPLES = ("morning-bread.mp3", "harbour-forecast.mp3")
KEPT: Mapping[str, str] = {"local_keeps": "true"}
PATIENCE_S = 240

Say = Callable[[str], None]


class DrillFailed(EarshotError):
    """A step lost something, or did not end; the message says which and what."""


@dataclass
class Drill:
    """One run: its stack, and the keys that must be searchable from now on."""

    home: Path
    say: Say
    keys: list[str] = field(default_factory=list)
    target: Outputs | None = None

    def deploy(self, **settings: str) -> Outputs:
        self.target = stack.up(self.say, home=self.home, settings={**KEPT, **settings})
        return self.target

    @property
    def stack(self) -> Outputs:
        assert self.target is not None  # noqa: S101 - every drill begins with a deployment
        return self.target

    def put(self, count: int, prefix: str = "live/", pause_s: float = 0) -> list[str]:
        """Put so many recordings in the bucket; the keys."""
        s3, made = self.stack.client("s3"), []
        for n in range(count):
            key = f"{prefix}{len(self.keys):03}-{n}.mp3"
            body = (ROOT / "samples" / SAMPLES[n % len(SAMPLES)]).read_bytes()
            s3.put_object(Bucket=self.stack.audio_bucket, Key=key, Body=body)
            made.append(key)
            time.sleep(pause_s)
        self.keys += made
        return made

    def settle(self) -> None:
        """Wait until every key so far is done and found; raise DrillFailed if one is not."""
        try:
            ended = list(wait_for(self.keys, self.stack, patience=PATIENCE_S))
        except TimeoutError as late:
            raise DrillFailed(str(late)) from late
        for one in ended:
            if one.recording.failure:
                raise DrillFailed(f"{one.recording.key} failed: {one.recording.failure.message}")
        self.check()

    def check(self) -> None:
        """`earshot check` finds no difference between sound, table and index."""
        self.command("check", "--wait", "20")

    def command(self, *arguments: str) -> str:
        """One of Earshot's commands against this stack. Raises DrillFailed if it fails."""
        outputs = self.home / "outputs.json"
        code = (
            "import earshot.cli.outputs as o, pathlib, sys;"
            f"o.LOCAL_OUTPUTS = pathlib.Path({str(outputs)!r});"
            "from earshot.cli.main import main; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT / "lambdas")},
        )
        if done.returncode:
            raise DrillFailed(f"{' '.join(arguments)}: {done.stdout}{done.stderr}"[-2000:])
        return done.stdout

    def transcribed_at(self) -> dict[str, str]:
        """When each key was transcribed: what is restored must not be transcribed again."""
        table = self.stack.resource("dynamodb").Table(self.stack.table)
        found: dict[str, str] = {}
        for key in self.keys:
            item = table.get_item(Key={"recording_id": recording_id(key)}).get("Item", {})
            found[key] = str(item.get("transcribed_at"))
        return found


def changes_a_setting_while_files_flow(drill: Drill) -> None:
    flow = threading.Thread(target=drill.put, args=(8,), kwargs={"pause_s": 2.0})
    flow.start()
    drill.deploy(transcribe_batch="2", log_days="3")
    flow.join()
    drill.settle()


def turns_the_bulk_lane_off_and_on(drill: Drill) -> None:
    drill.deploy(bulk="false")
    drill.put(2, prefix="bulk/")  # the only lane takes them
    drill.settle()
    drill.deploy(bulk="true")
    drill.put(2, prefix="bulk/")
    drill.settle()


def restores_the_table(drill: Drill) -> None:
    table = drill.stack.resource("dynamodb").Table(drill.stack.table)
    before, at = drill.transcribed_at(), datetime.now(UTC)
    lost = drill.keys[:3]
    # The emulator's copy is of the present, not of `--at`: so it is made before the loss.
    copy = f"{drill.stack.table}-copy"
    drill.stack.client("dynamodb").restore_table_to_point_in_time(
        SourceTableName=drill.stack.table, TargetTableName=copy, RestoreDateTime=at
    )
    for key in lost:
        table.delete_item(Key={"recording_id": recording_id(key)})
    drill.command("restore", "table", "--from", copy)
    drill.settle()
    _same_transcripts(before, drill)


def restores_the_sound(drill: Drill) -> None:
    s3 = drill.stack.client("s3")
    time.sleep(1.1)  # S3's times are whole seconds
    at = datetime.now(UTC).isoformat()
    time.sleep(1.1)
    lost = drill.keys[:3]
    for key in lost:
        s3.delete_object(Bucket=drill.stack.audio_bucket, Key=key)
    _until_gone(drill, lost)
    drill.command("restore", "sound", "--at", at)
    drill.settle()


def builds_the_index_from_nothing(drill: Drill) -> None:
    url, alias = drill.stack.opensearch_url, drill.stack.index
    httpx.delete(f"{url}/{alias}-*", timeout=60).raise_for_status()
    drill.command("reindex")
    drill.check()


def is_destroyed_deployed_again_and_adopts_what_stayed(drill: Drill) -> None:
    before, old = drill.transcribed_at(), drill.stack
    stack.destroy(drill.say, drill.home)
    httpx.delete(f"{old.opensearch_url}/{old.index}-*", timeout=60).raise_for_status()
    # AWS makes up new names for tables and buckets; the emulator makes them of the stack's name.
    new = drill.deploy(stack_name="EarshotAgain")
    if new.table == old.table or new.audio_bucket == old.audio_bucket:
        raise DrillFailed("The second deployment has the first one's table or bucket.")
    drill.command("reindex")  # makes the empty index
    drill.command(
        "restore", "adopt", "--table", old.table, "--audio-bucket", old.audio_bucket,
        "--transcripts-bucket", old.transcripts_bucket,
    )  # fmt: skip
    drill.settle()
    _same_transcripts(before, drill)


STEPS: Sequence[Callable[[Drill], None]] = (
    changes_a_setting_while_files_flow,
    turns_the_bulk_lane_off_and_on,
    restores_the_table,
    restores_the_sound,
    builds_the_index_from_nothing,
    is_destroyed_deployed_again_and_adopts_what_stayed,
)


def run(say: Say) -> Iterator[dict[str, Any]]:
    """Every step's name and seconds, as it ends. Raises DrillFailed at the first that loses."""
    with _stack_of_its_own(say) as drill:
        began = time.monotonic()
        drill.deploy()
        yield {"step": "deploys", "seconds": round(time.monotonic() - began, 1)}
        for step in STEPS:
            began = time.monotonic()
            step(drill)
            name = step.__name__.replace("_", " ")
            seconds = round(time.monotonic() - began, 1)
            yield {"step": name, "seconds": seconds, "recordings": len(drill.keys)}


@contextmanager
def _stack_of_its_own(say: Say) -> Iterator[Drill]:
    with tempfile.TemporaryDirectory(prefix="earshot-drill-") as folder:
        home = Path(folder)
        try:
            yield Drill(home, say)
        finally:
            stack.down(say, home)


def _same_transcripts(before: Mapping[str, str], drill: Drill) -> None:
    if again := [key for key, moment in drill.transcribed_at().items() if before[key] != moment]:
        raise DrillFailed(f"These were transcribed again: {', '.join(again)}")


def _until_gone(drill: Drill, keys: Sequence[str]) -> None:
    table = drill.stack.resource("dynamodb").Table(drill.stack.table)
    deadline = time.monotonic() + PATIENCE_S
    for key in keys:
        while table.get_item(Key={"recording_id": recording_id(key)})["Item"]["status"] == "done":
            if time.monotonic() > deadline:
                raise DrillFailed(f"{key} was deleted, and its record is still there.")
            time.sleep(0.2)


def as_json_lines(say: Say) -> None:
    for line in run(say):
        print(json.dumps(line), flush=True)
