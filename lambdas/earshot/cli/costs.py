"""`costs`: a stack on AWS, idle and by the hour of sound in either lane, from list prices."""

from collections.abc import Mapping
from typing import Annotated

import typer

from earshot.settings import TranscribeSettings, default_of
from earshot.sizes import LEAST_DISK_MIB, Sizes, function_disk_mib

# US dollars in us-east-1, without free tiers, as AWS's price pages listed them up to November 2026.
# They were written down by hand, not fetched: look before you rely on them.
PRICES: Mapping[str, float] = {
    "t3.small.search, hour": 0.036,
    "OpenSearch gp3, GB-month": 0.122,
    "Lambda x86, GB-second": 0.0000166667,
    "Lambda disk above 512 MB, GB-second": 0.0000000309,
    "Lambda, million requests": 0.20,
    "SQS, million requests": 0.40,
    "DynamoDB on demand, million writes of 1 KB": 0.625,
    "DynamoDB, GB-month with point-in-time recovery": 0.45,
    "S3 standard, GB-month": 0.023,
    "S3, thousand puts": 0.005,
    "ECR, GB-month": 0.10,
    "Secrets Manager, secret-month": 0.40,
    "CloudWatch, alarm-month": 0.10,
    "CloudWatch, dashboard-month": 3.00,
    "CloudWatch logs, GB": 0.50,
    "X-Ray, million traces": 5.00,
    "SNS, million publishes": 0.50,
    "SNS, GB of bodies filtered": 0.09,
    "g6.2xlarge, hour": 0.9776,
    "g5.2xlarge, hour": 1.212,
    "g6.xlarge, hour": 0.8048,
    "g5.xlarge, hour": 1.006,
    "EBS gp3, GB-month": 0.08,
    "public IPv4 address, hour": 0.005,
    "Amazon Transcribe, batch, first tier, minute": 0.024,
}
# Dense bfloat16 by NVIDIA's data sheets: the L4 of g6, the A10G of g5.
PEAK_TFLOPS: Mapping[str, float] = {"g6": 121.0, "g5": 70.0}

HOURS_A_MONTH = 730
# What no price page says.
ALARMS = 11
IMAGE_GB = 1.0  # compressed: base, packages, the large model in int8
POLLS_A_MONTH = 5 * 3 * 60 * HOURS_A_MONTH  # Lambda's five pollers, 20 s each
MP3_MB_AN_HOUR = 28.8  # 64 kbit/s
WRITES_A_RECORDING = 2 * 3  # claim and finish, in the table and its index, with their growth
LOG_KB_A_RECORDING = 2.0
EVENT_KB = 1.0  # of S3, looked at by two subscriptions
BULK_DISK_GB = 100
CPU_SPEED = 9.7  # the large model in int8 on two cores: `bench bulk`, docs/benchmarks.md
GFLOP_A_SECOND = 40.0  # of sound, the large model; `bench bulk` prints it, with its formula

Lines = Mapping[str, float]


def costs(
    speed: Annotated[
        float, typer.Option(help="Seconds of sound that the function gets through in a second.")
    ] = CPU_SPEED,
    gpu_share: Annotated[
        float, typer.Option(help="Of a GPU's peak that the model reaches; assumed.")
    ] = 0.1,
    spot_share: Annotated[
        float, typer.Option(help="Of the on-demand price that a Spot instance costs; assumed.")
    ] = 0.5,
    clip: Annotated[float, typer.Option(help="Seconds that a recording lasts.")] = 60.0,
    markdown: Annotated[bool, typer.Option(help="Print the tables of docs/costs.md.")] = False,
) -> None:
    """What a stack costs idle, and an hour of sound to transcribe and to keep."""
    tables = {
        "Idle, a month": idle(),
        "An hour of sound by the live lane, once": an_hour(speed, clip),
        "An hour of sound by the bulk lane, on demand, once": a_bulk_hour(gpu_share, 1.0, clip),
        "An hour of sound by the bulk lane, Spot, once": a_bulk_hour(gpu_share, spot_share, clip),
        "An hour of sound by Amazon Transcribe, once": {
            "60 minutes": 60 * PRICES["Amazon Transcribe, batch, first tier, minute"]
        },
        "An hour of sound, kept a month": kept(),
    }
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
            nodes * HOURS_A_MONTH * PRICES[f"{sizes.opensearch_instance}, hour"]
        ),
        f"search: {sizes.opensearch_gib} GB": (
            nodes * sizes.opensearch_gib * PRICES["OpenSearch gp3, GB-month"]
        ),
        "the dashboard": PRICES["CloudWatch, dashboard-month"],
        f"{ALARMS} alarms": ALARMS * PRICES["CloudWatch, alarm-month"],
        "the API's key": PRICES["Secrets Manager, secret-month"],
        "looking whether the queue has something": (
            POLLS_A_MONTH / 1e6 * PRICES["SQS, million requests"]
        ),
        "the image": IMAGE_GB * PRICES["ECR, GB-month"],
    }


def an_hour(speed: float, clip: float) -> Lines:
    """An hour of sound in recordings of `clip` seconds, transcribed at `speed` x real time."""
    sizes = Sizes()
    seconds, recordings = 3600 / speed, 3600 / clip
    max_bytes = default_of(TranscribeSettings, "max_audio_bytes")
    memory_gb = sizes.transcribe_memory_mib / 1024
    disk_gb = (function_disk_mib(max_bytes) - LEAST_DISK_MIB) / 1024
    return {
        "transcribing": seconds * memory_gb * PRICES["Lambda x86, GB-second"],
        "disk of the function": seconds * disk_gb * PRICES["Lambda disk above 512 MB, GB-second"],
        "calls of functions": recordings * 2 / 1e6 * PRICES["Lambda, million requests"],
        "messages": recordings * 3 / 1e6 * PRICES["SQS, million requests"],
        "records": (
            recordings
            * WRITES_A_RECORDING
            / 1e6
            * PRICES["DynamoDB on demand, million writes of 1 KB"]
        ),
        "putting the sound": recordings / 1e3 * PRICES["S3, thousand puts"],
        "logs": recordings * LOG_KB_A_RECORDING / 1e6 * PRICES["CloudWatch logs, GB"],
        "traces": recordings * 2 / 1e6 * PRICES["X-Ray, million traces"],
    }


def a_bulk_hour(gpu_share: float, price_share: float, clip: float) -> Lines:
    """The same by the instance that the settings prefer, busy all the time, at a share of its
    price.

    A GPU gets through `gpu_share` of its peak's worth of sound: peak * share / operations that a
    second of sound takes.
    """
    instance = Sizes().bulk_instances.partition(",")[0]
    recordings = 3600 / clip
    hours = 1 / gpu_speed(instance, gpu_share)
    filtered_gb = 2 * recordings * EVENT_KB / 1e6
    return {
        f"a {instance}": hours * price_share * PRICES[f"{instance}, hour"],
        "its disk and address": hours
        * (
            BULK_DISK_GB / HOURS_A_MONTH * PRICES["EBS gp3, GB-month"]
            + PRICES["public IPv4 address, hour"]
        ),
        "telling the lanes apart": (
            recordings / 1e6 * PRICES["SNS, million publishes"]
            + filtered_gb * PRICES["SNS, GB of bodies filtered"]
        ),
        "messages": recordings * 1.5 / 1e6 * PRICES["SQS, million requests"],
        "indexing": recordings / 1e6 * PRICES["Lambda, million requests"],
        "records": (
            recordings
            * WRITES_A_RECORDING
            / 1e6
            * PRICES["DynamoDB on demand, million writes of 1 KB"]
        ),
        "putting the sound": recordings / 1e3 * PRICES["S3, thousand puts"],
        "logs": recordings * LOG_KB_A_RECORDING / 1e6 * PRICES["CloudWatch logs, GB"],
    }


def gpu_speed(instance: str, share: float) -> float:
    """Seconds of sound that an instance's GPU gets through in a second, by assumption."""
    peak = PEAK_TFLOPS[instance.partition(".")[0]]
    return share * peak * 1e3 / GFLOP_A_SECOND


def kept() -> Lines:
    """The sound as mp3, and about as much as its transcript takes."""
    return {
        "sound": MP3_MB_AN_HOUR / 1000 * PRICES["S3 standard, GB-month"],
        "transcripts, 0.1 MB": 0.0001 * PRICES["DynamoDB, GB-month with point-in-time recovery"],
    }


def _markdown(title: str, lines: Lines) -> str:
    rows = [f"| {name} | {dollars:.4f} |" for name, dollars in lines.items()]
    together = f"| **together** | **{sum(lines.values()):.4f}** |"
    return "\n".join([f"| {title} | US$ |", "|---|---:|", *rows, together])
