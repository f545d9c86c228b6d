"""`costs`: what a stack on AWS costs idle and by the hour of sound, from list prices."""

from collections.abc import Mapping
from typing import Annotated

import typer

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
}

HOURS_A_MONTH = 730
# What no price page says.
ALARMS = 11
IMAGE_GB = 1.0  # compressed: base, packages, the large model in int8
POLLS_A_MONTH = 5 * 3 * 60 * HOURS_A_MONTH  # Lambda's five pollers, 20 s each
MP3_MB_AN_HOUR = 28.8  # 64 kbit/s
WRITES_A_RECORDING = 2 * 3  # claim and finish, in the table and its index, with their growth
LOG_KB_A_RECORDING = 2.0

Lines = Mapping[str, float]


def costs(
    speed: Annotated[
        float, typer.Option(help="Seconds of sound that the function gets through in a second.")
    ] = 10.0,
    clip: Annotated[float, typer.Option(help="Seconds that a recording lasts.")] = 60.0,
    markdown: Annotated[bool, typer.Option(help="Print the tables of docs/costs.md.")] = False,
) -> None:
    """What a stack costs idle, and an hour of sound to transcribe and to keep."""
    tables = {
        "Idle, a month": idle(),
        "An hour of sound, once": an_hour(speed, clip),
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
    """A month in which nothing happens, with the defaults of infra/settings.py."""
    from infra.settings import Settings

    settings = Settings()
    nodes = settings.opensearch_nodes
    return {
        f"search: {settings.opensearch_instance}": (
            nodes * HOURS_A_MONTH * PRICES[f"{settings.opensearch_instance}, hour"]
        ),
        f"search: {settings.opensearch_gib} GB": (
            nodes * settings.opensearch_gib * PRICES["OpenSearch gp3, GB-month"]
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
    from infra.settings import Settings

    settings = Settings()
    seconds, recordings = 3600 / speed, 3600 / clip
    memory_gb = settings.transcribe_memory_mib / 1024
    disk_gb = (settings.audio_disk_mib - 512) / 1024
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
