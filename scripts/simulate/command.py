"""`simulate`: a burst of files under several settings."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scripts.simulate.burst import Burst, Outcome, simulate
from scripts.simulate.limits import Limits, Pace


def run(
    files: Annotated[int, typer.Option(help="How many are put.")] = 100_000,
    seconds: Annotated[float, typer.Option(help="How long each is.")] = 5.0,
    puts: Annotated[float, typer.Option(help="How many are put a second.")] = 500.0,
    concurrency: Annotated[
        list[int], typer.Option(help="transcribe_concurrency; several are compared.")
    ] = [10, 100, 1000],  # noqa: B006
    passages_a_second: Annotated[
        float, typer.Option(help="What the search node takes.")
    ] = Pace().passages_a_second,
    account: Annotated[
        int, typer.Option(help="The account's concurrency; of new ones 10.")
    ] = Limits(1).account_concurrency,
    picture: Annotated[Path | None, typer.Option(help="Draw it there (.svg, .png).")] = None,
) -> None:
    """How long until many files can be found, and what limits it, by a model of AWS's limits."""
    burst = Burst(files, seconds, puts)
    pace = replace(Pace(), passages_a_second=passages_a_second)
    outcomes = {}
    for one in concurrency:
        outcome = simulate(burst, Limits(one, account), pace)
        outcomes[f"transcribe_concurrency {one}"] = outcome
        print(json.dumps({"transcribe_concurrency": one} | _figure(outcome)), flush=True)
    if picture:
        from scripts.simulate.picture import draw

        draw(outcomes, f"{files:,} files of {seconds:g} s", picture)


def _figure(outcome: Outcome) -> dict[str, object]:
    waited = sorted(outcome.waited)
    return {
        "put_to_searchable_p50_s": round(waited[len(waited) // 2], 1),
        "put_to_searchable_p95_s": round(waited[int(0.95 * len(waited))], 1),
        "all_found_after_s": round(max(outcome.found_at), 1),
        "limit": outcome.limit,
        "busy_percent": {name: round(100 * share, 1) for name, share in outcome.busy.items()},
    }
