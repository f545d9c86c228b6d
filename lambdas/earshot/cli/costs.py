"""`costs`: a stack on AWS, idle and by the hour of sound in either lane, from prices.py."""

import math
from collections.abc import Mapping
from typing import Annotated

import typer

from earshot.cli.prices import PRICES, as_markdown
from earshot.settings import TranscribeSettings, default_of
from earshot.sizes import LEAST_DISK_MIB, MIB_OF_A_VCPU, Sizes, function_disk_mib

# Dense bfloat16 by NVIDIA's data sheets: the L4 of g6, the A10G of g5.
PEAK_TFLOPS: Mapping[str, float] = {"g6": 121.0, "g5": 70.0}

HOURS_A_MONTH = 730
# What no price page says.
ALARMED_METRICS = 30  # without a bulk lane; an alarm on a sum pays for each part
IMAGE_GB = 1.0  # compressed: base, packages, the large model in int8
POLLS_A_MONTH = 3 * 5 * 3 * 60 * HOURS_A_MONTH  # Lambda's five pollers of three queues, 20 s each
MP3_MB_AN_HOUR = 28.8  # 64 kbit/s
TRANSCRIPT_KB_A_SECOND = 0.31  # of sound, by both models, the frame letters too: `bench sizes`
# Units of the three indexes by status, key and upload. A claim is new there; a finish changes the
# status, which one index has to move from one partition to another.
INDEX_UNITS_OF_A_CLAIM, INDEX_UNITS_OF_A_FINISH = 3, 4
LOG_KB_A_RECORDING = 2.0
EVENT_KB = 1.0  # of S3, looked at by two subscriptions
BULK_DISK_GB = 100
INTERFACES = 4 * 2  # of four endpoints in two zones, without a bulk lane: cli/preflight/own_vpc.py
INDEX_MB_AN_HOUR = 3.0  # docs/scale.md says of what
TWO_CORES_SPEED = 9.7  # the large model in int8: `bench bulk`, docs/benchmarks.md
# Lambda gives processors by memory.
CPU_SPEED = round(TWO_CORES_SPEED * Sizes().transcribe_memory_mib / (2 * MIB_OF_A_VCPU), 1)
# The writer on top of that listener: `bench added`, docs/benchmarks.md.
WRITER_SHARE = 0.2
# On an H200 with 16 processors: `bench bulk`, docs/benchmarks.md.
GPU_SHARE = 0.047
SPEED_BESIDE_A_GPU = 43.0  # seconds of sound a second, for each processor
VCPUS: Mapping[str, int] = {"xlarge": 4, "2xlarge": 8}
GFLOP_A_SECOND = 40.0  # of sound, the large model; `bench bulk` prints it, with its formula

Lines = Mapping[str, float]


def costs(
    speed: Annotated[
        float, typer.Option(help="Seconds of sound that the function's listener hears in a second.")
    ] = CPU_SPEED,
    writer_share: Annotated[
        float, typer.Option(help="Of the listener's time, what the writer adds; 0 without one.")
    ] = WRITER_SHARE,
    gpu_share: Annotated[
        float, typer.Option(help="Of a GPU's peak that the model reaches.")
    ] = GPU_SHARE,
    spot_share: Annotated[
        float, typer.Option(help="Of the on-demand price that a Spot instance costs; assumed.")
    ] = 0.5,
    clip: Annotated[float, typer.Option(help="Seconds that a recording lasts.")] = 60.0,
    hours: Annotated[
        int | None, typer.Option(help="Print what an archive of so many hours costs instead.")
    ] = None,
    markdown: Annotated[bool, typer.Option(help="Print the tables of docs/costs.md.")] = False,
    prices: Annotated[
        bool, typer.Option("--prices", help="Print every price, its source and its date instead.")
    ] = False,
) -> None:
    """What a stack costs idle, and an hour of sound to transcribe and to keep."""
    if prices:
        print(as_markdown())
        return
    live = an_hour(speed / (1 + writer_share), clip)
    bulk = {share: a_bulk_hour(gpu_share, share, clip) for share in (1.0, spot_share)}
    tables: Mapping[str, Lines] = {
        "Idle, a month": idle(),
        "An hour of sound by the live lane, once": live,
        "An hour of sound by the bulk lane, on demand, once": bulk[1.0],
        "An hour of sound by the bulk lane, Spot, once": bulk[spot_share],
        "An hour of sound by Amazon Transcribe, once": {
            "3600 seconds": 3600 * PRICES["Amazon Transcribe, batch, second"].dollars
        },
        "An hour of sound, kept a month": kept(),
        **in_a_vpc(),
    }
    if hours is not None:
        tables = archive(hours, live, bulk[1.0], bulk[spot_share])
    if markdown:
        print("\n\n".join(_markdown(title, lines) for title, lines in tables.items()))
        return
    from rich.console import Console
    from rich.table import Table

    for title, lines in tables.items():
        table = Table(title=title, title_justify="left")
        table.add_column("what")
        table.add_column("US$", justify="right")
        for name, dollars in lines.items():
            table.add_row(name, f"{dollars:.4f}")
        table.add_row("together", f"{sum(lines.values()):.4f}", style="bold")
        Console().print(table)


def idle() -> Lines:
    """A month in which nothing happens, with the default settings."""
    sizes = Sizes()
    nodes = sizes.opensearch_nodes
    return {
        f"search: {sizes.opensearch_instance}": (
            nodes * HOURS_A_MONTH * PRICES[f"{sizes.opensearch_instance}, hour"].dollars
        ),
        f"search: {sizes.opensearch_gib} GB": (
            nodes * sizes.opensearch_gib * PRICES["OpenSearch gp3, GB-month"].dollars
        ),
        "the dashboard": PRICES["CloudWatch, dashboard-month"].dollars,
        f"alarms on {ALARMED_METRICS} metrics": ALARMED_METRICS
        * PRICES["CloudWatch, alarm-month"].dollars,
        "the API's key": PRICES["Secrets Manager, secret-month"].dollars,
        "looking whether the queues have something": (
            POLLS_A_MONTH / 1e6 * PRICES["SQS, million requests"].dollars
        ),
        "the image": IMAGE_GB * PRICES["ECR, GB-month"].dollars,
    }


def in_a_vpc() -> Mapping[str, Lines]:
    """What a VPC costs that has only what Earshot needs; its gateway endpoints are free."""
    month = {name: HOURS_A_MONTH * price.dollars for name, price in PRICES.items()}
    endpoint = month["interface endpoint, hour and zone"]
    return {
        "A VPC with a NAT gateway, a month": {
            "the gateway": month["NAT gateway, hour"],
            "its address": month["public IPv4 address, hour"],
        },
        "A VPC with endpoints alone, a month": {f"{INTERFACES} interfaces": INTERFACES * endpoint},
    }


def an_hour(speed: float, clip: float) -> Lines:
    """An hour of sound in recordings of `clip` seconds, transcribed at `speed` x real time."""
    sizes = Sizes()
    seconds, recordings = 3600 / speed, 3600 / clip
    max_bytes = default_of(TranscribeSettings, "max_audio_bytes")
    memory_gb = sizes.transcribe_memory_mib / 1024
    disk_gb = (function_disk_mib(max_bytes) - LEAST_DISK_MIB) / 1024
    return {
        "transcribing": seconds * memory_gb * PRICES["Lambda x86, GB-second"].dollars,
        "disk of the function": seconds
        * disk_gb
        * PRICES["Lambda disk above 512 MB, GB-second"].dollars,
        "calls of functions": recordings * 2 / 1e6 * PRICES["Lambda, million requests"].dollars,
        "messages": recordings * 3 / 1e6 * PRICES["SQS, million requests"].dollars,
        "records": (
            recordings
            * write_units(clip)
            / 1e6
            * PRICES["DynamoDB on demand, million writes of 1 KB"].dollars
        ),
        "putting the sound": recordings / 1e3 * PRICES["S3, thousand puts"].dollars,
        "logs": recordings * LOG_KB_A_RECORDING / 1e6 * PRICES["CloudWatch logs, GB"].dollars,
        "traces": recordings * 2 / 1e6 * PRICES["X-Ray, million traces"].dollars,
    }


def a_bulk_hour(gpu_share: float, price_share: float, clip: float) -> Lines:
    """The same by the instance that the settings prefer, busy all the time, at a share of its
    price.

    A GPU gets through `gpu_share` of its peak's worth of sound: peak * share / operations that a
    second of sound takes. The processors decode and lay words on their sound meanwhile; the slower
    of the two counts.
    """
    instance = Sizes().bulk_instances.partition(",")[0]
    recordings = 3600 / clip
    hours = 1 / min(gpu_speed(instance, gpu_share), processor_speed(instance))
    filtered_gb = 2 * recordings * EVENT_KB / 1e6
    return {
        f"a {instance}": hours * price_share * PRICES[f"{instance}, hour"].dollars,
        "its disk and address": hours
        * (
            BULK_DISK_GB / HOURS_A_MONTH * PRICES["EBS gp3, GB-month"].dollars
            + PRICES["public IPv4 address, hour"].dollars
        ),
        "telling the lanes apart": (
            recordings / 1e6 * PRICES["SNS, million publishes"].dollars
            + filtered_gb * PRICES["SNS, GB of bodies filtered"].dollars
        ),
        "messages": recordings * 1.5 / 1e6 * PRICES["SQS, million requests"].dollars,
        "indexing": recordings / 1e6 * PRICES["Lambda, million requests"].dollars,
        "records": (
            recordings
            * write_units(clip)
            / 1e6
            * PRICES["DynamoDB on demand, million writes of 1 KB"].dollars
        ),
        "putting the sound": recordings / 1e3 * PRICES["S3, thousand puts"].dollars,
        "logs": recordings * LOG_KB_A_RECORDING / 1e6 * PRICES["CloudWatch logs, GB"].dollars,
    }


def write_units(clip: float) -> int:
    """DynamoDB's write units, of 1 KB, for a recording of `clip` seconds: claim and finish."""
    claim = 1 + INDEX_UNITS_OF_A_CLAIM
    return claim + math.ceil(1 + clip * TRANSCRIPT_KB_A_SECOND) + INDEX_UNITS_OF_A_FINISH


def gpu_speed(instance: str, share: float) -> float:
    """Seconds of sound that an instance's GPU hears in a second."""
    peak = PEAK_TFLOPS[instance.partition(".")[0]]
    return share * peak * 1e3 / GFLOP_A_SECOND


def processor_speed(instance: str) -> float:
    """Seconds of sound that an instance's processors get through in a second, if each does what one
    of the machine did that was measured."""
    return VCPUS[instance.partition(".")[2]] * SPEED_BESIDE_A_GPU


def kept() -> Lines:
    """The sound as mp3, and about as much as its transcript takes."""
    return {
        "sound": MP3_MB_AN_HOUR / 1000 * PRICES["S3 standard, GB-month"].dollars,
        "transcripts, 1.1 MB": 3600
        * TRANSCRIPT_KB_A_SECOND
        / 1e6
        * PRICES["DynamoDB, GB-month with point-in-time recovery"].dollars,
    }


def archive(hours: int, live: Lines, on_demand: Lines, spot: Lines) -> Mapping[str, Lines]:
    """Transcribing an archive by either lane, and keeping it; the node's hours come on top."""
    index_gb = hours * INDEX_MB_AN_HOUR / 1000
    return {
        f"{hours:,} hours by the live lane, once": _times(live, hours),
        f"{hours:,} hours by the bulk lane, on demand, once": _times(on_demand, hours),
        f"{hours:,} hours by the bulk lane, Spot, once": _times(spot, hours),
        f"{hours:,} hours, kept a month": {
            **_times(kept(), hours),
            f"{index_gb:,.0f} GB of index": index_gb * PRICES["OpenSearch gp3, GB-month"].dollars,
        },
    }


def _times(lines: Lines, hours: int) -> Lines:
    return {name: hours * dollars for name, dollars in lines.items()}


def _markdown(title: str, lines: Lines) -> str:
    rows = [f"| {name} | {dollars:.4f} |" for name, dollars in lines.items()]
    together = f"| **together** | **{sum(lines.values()):.4f}** |"
    return "\n".join([f"| {title} | US$ |", "|---|---:|", *rows, together])
