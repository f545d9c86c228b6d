"""`earshot evaluate`: how wrong a model is, and on whom."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli.evaluation.report import tell
from earshot.cli.evaluation.results import (
    UNKNOWN,
    Result,
    ResultsError,
    as_listened,
    read_results,
)

SHOWN, HEARD = "shown", "heard"  # which of a clip's texts a row is of


def evaluate(
    out: Annotated[
        Path,
        typer.Argument(
            metavar="OUT",
            help="A CSV with generated_text and perhaps heard_text, or JSON lines of `transcribe`.",
        ),
    ],
    by: Annotated[str, typer.Option(help="Columns to split by: accent,age,gender.")] = "",
    reference: Annotated[
        Path | None, typer.Option(help="A CSV with what was said, where OUT lacks it.")
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="Another result file; the rows that differ are listed.")
    ] = None,
    heard: Annotated[
        bool, typer.Option("--heard", help="Only what the listener heard by itself.")
    ] = False,
    written: Annotated[
        bool, typer.Option("--written", help="Also marks and capitals, with such references.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines, not a table.")] = False,
) -> None:
    """Word and character error rates, of what is shown and of what the listener heard by itself.

    Texts are compared after NFKC, lower case, punctuation but apostrophes to spaces. A rate is of
    all errors by all words; the interval is a 95 % bootstrap over clips. Rows that can't be trusted
    are named and left out; then the exit code is 1.
    """
    found = read_results(out, reference)
    theirs = read_results(against, reference) if against else None
    refused = sorted({*found.refused, *(theirs.refused if theirs else ())})
    for line in refused:
        print(f"refused: {line}", file=sys.stderr)
    results, others = found.results, theirs.results if theirs else None
    columns = [column for column in by.split(",") if column]
    listened = as_listened(results)
    if heard and not listened:
        raise ResultsError(f"{out.name} does not tell what the listener heard by itself.")
    texts = {} if heard else {SHOWN: results}
    if heard or any(one.heard != shown.heard for one, shown in _pairs(listened, results)):
        texts[HEARD] = listened
    rows = [row for text, some in texts.items() for row in _rates(some, columns, text)]
    if written:
        from earshot.cli.evaluation import written as forms

        rows += [row for text, some in texts.items() for row in forms.rows(some, text)]
    if others is not None:
        if heard:
            heard_there = {one.name: one for one in as_listened(others)}
            others = [heard_there.get(one.name, one) for one in others]
        rows += _comparison(listened if heard else results, others)
    if as_json:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
    else:
        tell(rows)
    raise typer.Exit(1 if refused else 0)


def _rates(results: Sequence[Result], by: Sequence[str], text: str) -> Iterator[dict[str, Any]]:
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
            "text": text,
            "clips": len(some),
            "words": int(some.words.sum()),
            "wer": round(some.wer, 2),
            "wer_interval": [round(low, 2), round(high, 2)],
            "cer": round(some.cer, 2),
        }


def _pairs(some: Sequence[Result], others: Sequence[Result]) -> Iterator[tuple[Result, Result]]:
    """Of the same clip; clips that only one of the two has are left out."""
    by_name = {other.name: other for other in others}
    return ((one, by_name[one.name]) for one in some if one.name in by_name)


def _comparison(results: Sequence[Result], others: Sequence[Result]) -> Iterator[dict[str, Any]]:
    """Rows that differ, then the difference as a whole, over the clips that both files hold."""
    from earshot.cli.evaluation import rates

    pairs = list(_pairs(results, others))
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
