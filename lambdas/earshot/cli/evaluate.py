"""`earshot evaluate`: how wrong a model is, and on whom."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli.evaluation.results import UNKNOWN, Result, ResultsError, read_results


def evaluate(
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="A CSV with generated_text, or JSON lines of `transcribe`."
        ),
    ],
    by: Annotated[str, typer.Option(help="Columns to split by: accent,age,gender.")] = "",
    reference: Annotated[
        Path | None, typer.Option(help="A CSV with what was said, where OUT lacks it.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another result file; the rows that differ are listed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, not a table.")] = False,
) -> None:
    """Word and character error rates.

    Texts are compared after NFKC, lower case, punctuation but apostrophes to spaces. A rate is of
    all errors by all words; the interval is a 95 % bootstrap over clips.
    """
    results = read_results(out, reference)
    others = read_results(against, reference) if against else None
    rows = list(_rates(results, [column for column in by.split(",") if column]))
    if others is not None:
        rows += _comparison(results, others)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        _print(rows)


def _rates(results: Sequence[Result], by: Sequence[str]) -> Iterator[dict[str, Any]]:
    from earshot.cli.evaluation import rates

    if not results or any(result.reference is None for result in results):
        raise ResultsError("What was said is not known: give it with --reference CSV.")
    counts = rates.count(results)
    everyone = list(range(len(results)))
    groups = [("all", "", everyone)]
    for column in by:
        if column not in results[0].facets:
            raise ResultsError(f"There is no column {column!r}: {', '.join(results[0].facets)}.")
        values = Counter(result.facets[column] for result in results)
        for value, _ in sorted(values.items(), key=lambda pair: (pair[0] == UNKNOWN, -pair[1])):
            chosen = [i for i in everyone if results[i].facets[column] == value]
            groups.append((column, value, chosen))
    import numpy as np

    for column, value, chosen in groups:
        some = counts[np.array(chosen)]
        low, high = rates.interval(some)
        yield {
            "group": column,
            "value": value,
            "clips": len(some),
            "words": int(some.words.sum()),
            "wer": round(some.wer, 2),
            "wer_interval": [round(low, 2), round(high, 2)],
            "cer": round(some.cer, 2),
        }


def _comparison(results: Sequence[Result], others: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """Rows that differ, then the difference as a whole, over the clips that both files hold."""
    from earshot.cli.evaluation import rates

    theirs = {other.name: other for other in others}
    pairs = [(result, theirs[result.name]) for result in results if result.name in theirs]
    if not pairs:
        raise ResultsError("The two files have no clip in common.")
    differing = [(a, b) for a, b in pairs if rates.normalise(a.heard) != rates.normalise(b.heard)]
    for a, b in differing:
        yield {"file": a.name, "said": a.reference, "ours": a.heard, "theirs": b.heard}
    ours = rates.count([a for a, _ in pairs])
    with_reference = [b if b.reference is not None else a for a, b in pairs]
    other = rates.count(
        [
            Result(b.name, reference.reference, b.heard, b.facets)
            for (_, b), reference in zip(pairs, with_reference, strict=True)
        ]
    )
    points, low, high = rates.difference(ours, other)
    yield {
        "group": "against",
        "clips": len(pairs),
        "only_here": len(results) - len(pairs),
        "only_there": len(others) - len(pairs),
        "differ": len(differing),
        "same_percent": round(100 * (1 - len(differing) / len(pairs)), 2),
        "wer": round(ours.wer, 2),
        "their_wer": round(other.wer, 2),
        "wer_difference": round(points, 2),
        "wer_difference_interval": [round(low, 2), round(high, 2)],
    }


def _print(rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True)
    table = Table("group", "clips", "words", "WER %", "95 % interval", "CER %")
    for row in rows:
        if "wer_interval" in row:
            low, high = row["wer_interval"]
            name = " ".join(part for part in (row["group"], row["value"]) if part)
            table.add_row(
                name, f"{row['clips']:,}", f"{row['words']:,}", f"{row['wer']:.2f}",
                f"{low:.2f} to {high:.2f}", f"{row['cer']:.2f}",
            )  # fmt: skip
    console.print(table)
    for row in rows:
        if "file" in row:
            console.print(f"{row['file']}\n  said    {row['said']}", markup=False)
            console.print(f"  ours    {row['ours']}\n  theirs  {row['theirs']}", markup=False)
        elif row["group"] == "against":
            low, high = row["wer_difference_interval"]
            console.print(
                f"{row['differ']:,} of {row['clips']:,} clips differ; WER {row['wer']:.2f} % "
                f"against {row['their_wer']:.2f} %: {row['wer_difference']:+.2f} points "
                f"({low:+.2f} to {high:+.2f}); {row['only_here']} clips only here, "
                f"{row['only_there']} only there",
                markup=False,
            )
