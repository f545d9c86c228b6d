"""`earshot check`: one record for every sound, and in the search what the record says?"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from earshot.cli import outputs
from earshot.cli.checking.consistency import Discrepancy
from earshot.cli.checking.repair import Deployment, lasting, mended
from earshot.cli.options import Stack
from earshot.cli.outputs import Outputs
from earshot.cli.progress import progress


def check(
    mend: Annotated[bool, typer.Option("--repair", help="Mend what differs.")] = False,
    stuck: Annotated[
        float, typer.Option(help="Minutes after which a recording counts as stuck.", min=0)
    ] = 60,
    wait: Annotated[
        float, typer.Option(help="Seconds to look again, for what is only on its way.", min=0)
    ] = 5,
    stack: Stack = None,
) -> None:
    """Compare S3, the table and the search index both ways. Exit code 1 when they differ."""
    deployment = _deployment(outputs.find(stack))
    patience = timedelta(minutes=stuck)
    with progress("Comparing", deployment.recordings.about_how_many()) as advance:
        state, found = lasting(deployment, patience, wait, advance)
    _print(found)
    if found and mend:
        print("Mending; what is sent to the queue may take a while …")
        state, found = mended(deployment, state, found, patience, wait)
        _print(found)
    waiting = _waiting(deployment)
    if found and waiting:
        print(f"{waiting} messages are in the queue: some of this may be work that waits.")
    counted = f"{len(state.stored)} objects, {len(state.records)} records (with tombstones)"
    documents_ = sum(map(len, state.indexed.values()))
    print(f"{counted}, {documents_} passages: {len(found)} discrepancies.")
    raise typer.Exit(1 if found else 0)


def _print(found: Sequence[Discrepancy]) -> None:
    for one in sorted(found, key=lambda one: (one.kind, one.key)):
        print(f"{one.kind}: {one.key or one.recording_id}")
    for kind, count in Counter(one.kind for one in found).items():
        print(f"{count} × {kind}")


def _waiting(deployment: Deployment) -> int:
    waiting = 0
    for url in filter(None, (deployment.queue_url, deployment.bulk_queue_url)):
        found = deployment.sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
        waiting += sum(map(int, found["Attributes"].values()))
    return waiting


def _deployment(target: Outputs) -> Deployment:
    return Deployment(
        bucket=target.resource("s3").Bucket(target.audio_bucket),
        recordings=target.recordings(),
        search=target.search_client(60),
        alias=target.index,
        sqs=target.client("sqs"),
        queue_url=target.queue_url,
        bulk_queue_url=target.bulk_queue_url,
    )
