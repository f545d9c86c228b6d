"""From the put to the search: how long one recording takes, and how many get through at once."""

import json
import statistics
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli import outputs
from earshot.cli.outputs import Outputs
from scripts import ROOT

SAMPLES = ROOT / "samples"
IDLE_LONGEST_BYTES = 60_000  # a short clip
LOOK_S = 0.02  # between looks at what became of a file: looking takes the processor, too


def pipeline(
    clips: Annotated[Path, typer.Option(help="A folder of recordings to draw from.")] = SAMPLES,
    count: Annotated[int, typer.Option(help="How many to put at once.")] = 200,
    idle: Annotated[int, typer.Option(help="How many to put one by one before.")] = 20,
    stack: Annotated[str | None, typer.Option(help="A stack on AWS.")] = None,
) -> None:
    """Put recordings in the bucket, one by one and then all at once; remove them after."""
    try:
        target = outputs.find(stack)
    except outputs.NoDeployment as fault:
        print(f"error: {fault}", file=sys.stderr)
        raise typer.Exit(1) from fault
    prefix = f"bench-{uuid.uuid4().hex[:8]}/"
    files = sorted(clips.glob("*.mp3"))
    if not files:
        print(f"error: there are no mp3s in {clips}", file=sys.stderr)
        raise typer.Exit(1)
    keys: list[str] = []
    try:
        for figure in _measure(target, files, prefix, count, idle, keys):
            print(json.dumps(figure), flush=True)
    finally:
        remove(target, keys)


def _measure(
    target: Outputs, files: Sequence[Path], prefix: str, count: int, idle: int, keys: list[str]
) -> Iterator[Mapping[str, Any]]:
    from earshot.cli.progress import progress
    from earshot.cli.uploading import Upload, put
    from earshot.cli.waiting import wait_for

    seconds = list(islice(one_by_one(target, files, f"{prefix}idle", keys), idle + 2))
    yield {"figure": "put to searchable, idle and warm", **quantiles(seconds[2:])}

    together = [
        Upload(file, f"{prefix}all-{n:04}-{file.name}", {})
        for n, file in enumerate(islice(cycle(files), count))
    ]
    keys += [upload.key for upload in together]
    begin = time.time()
    moments, failures, _ = put(together, target)
    ends: dict[str, float] = {}
    statuses: list[str] = []
    sound = 0.0
    with progress("Transcribing", count) as advance:
        for one in wait_for(moments, target):
            ends[one.recording.key] = one.moment
            statuses.append(one.recording.status)
            sound += one.recording.duration or 0
            advance(1)
    took = max(ends.values()) - begin
    yield {
        "figure": "recordings put at once",
        "recordings": count,
        "done": statuses.count("done"),
        "failed": statuses.count("failed"),
        "not_put": len(failures),
        "in_index": _in_index(target, f"{prefix}all-"),
        "dead_letters": waiting(target, target.dlq_url),
        "seconds": round(took, 2),
        "clips_per_s": round(len(ends) / took, 2),
        "sound_seconds_per_s": round(sound / took, 1),
        **quantiles([ends[key] - moments[key] for key in ends]),
    }


def one_by_one(
    target: Outputs, files: Sequence[Path], prefix: str, keys: list[str]
) -> Iterator[float]:
    """Seconds from put to searchable of short clips, the next put when the last was found."""
    from earshot.cli.uploading import Upload, put
    from earshot.cli.waiting import wait_for

    target = _OneOfEach(**asdict(target))
    short = [file for file in files if file.stat().st_size <= IDLE_LONGEST_BYTES] or files
    for n, file in enumerate(cycle(short)):
        upload = Upload(file, f"{prefix}-{n:05}-{file.name}", {})
        keys.append(upload.key)
        moments = put([upload], target).moments
        (ended,) = wait_for([upload.key], target, pause=LOOK_S)
        yield ended.moment - moments[upload.key]


@dataclass(frozen=True)
class _OneOfEach(Outputs):
    """Makes each resource once: that takes the processors as long as a short file does."""

    made: dict[str, Any] = field(default_factory=dict)

    def resource(self, service: str, **options: Any) -> Any:
        if service not in self.made:
            self.made[service] = super().resource(service, **options)
        return self.made[service]


def quantiles(seconds: Sequence[float]) -> dict[str, Any]:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"n": len(seconds), "p50_s": round(cuts[9], 3), "p95_s": round(cuts[18], 3)}


def _in_index(target: Outputs, prefix: str) -> int:
    """How many recordings the index holds; a passage that stood there twice would count twice."""
    from earshot.search.client import connect

    body = {"query": {"bool": {"filter": [{"prefix": {"key": prefix}}, {"term": {"n": 0}}]}}}
    client = connect(target.opensearch_url, target.region)
    return int(client.count(index=target.index, body=body)["count"])


def waiting(target: Outputs, queue_url: str) -> int:
    answer = target.client("sqs").get_queue_attributes(
        QueueUrl=queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def remove(target: Outputs, keys: Sequence[str]) -> None:
    bucket = target.resource("s3").Bucket(target.audio_bucket)
    for start in range(0, len(keys), 1000):  # DeleteObjects' limit
        some = [{"Key": key} for key in keys[start : start + 1000]]
        bucket.delete_objects(Delete={"Objects": some, "Quiet": True})
