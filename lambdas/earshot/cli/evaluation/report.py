"""The rows of an evaluation as tables for people."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]


def tell(rows: Sequence[Row]) -> None:
    """Error rates, marks and capitals, then what differs from another file."""
    console = Console(soft_wrap=True)
    console.print(_rates([row for row in rows if "wer_interval" in row]))
    marks = [row for row in rows if row.get("group") == "written"]
    if marks:
        console.print(_marks(marks))
    for row in rows:
        if row.get("group") == "sentences":
            console.print(
                f"{row['text']}: of {row['texts']:,} texts, {row['begin_with_a_capital']:.1f} %"
                f" begin with a capital and {row['end_with_a_mark']:.1f} % end with a mark",
                markup=False,
            )
        elif "file" in row:
            console.print(f"{row['file']}\n  said    {row['said']}", markup=False)
            console.print(f"  ours    {row['ours']}\n  theirs  {row['theirs']}", markup=False)
        elif row["group"] == "against":
            console.print(_against(row), markup=False)


def _rates(rows: Sequence[Row]) -> Table:
    table = Table("group", "text", "clips", "words", "WER %", "95 % interval", "CER %")
    for row in rows:
        low, high = row["wer_interval"]
        name = " ".join(part for part in (row["group"], row["value"]) if part)
        table.add_row(
            name, row["text"], f"{row['clips']:,}", f"{row['words']:,}", f"{row['wer']:.2f}",
            f"{low:.2f} to {high:.2f}", f"{row['cer']:.2f}",
        )  # fmt: skip
    return table


def _marks(rows: Sequence[Row]) -> Table:
    table = Table("mark", "text", "in references", "placed", "precision %", "recall %")
    for row in rows:
        table.add_row(
            row["value"], row["text"], f"{row['expected']:,}", f"{row['placed']:,}",
            f"{row['precision']:.1f}", f"{row['recall']:.1f}",
        )  # fmt: skip
    return table


def _against(row: Row) -> str:
    low, high = row["wer_difference_interval"]
    return (
        f"{row['differ']:,} of {row['clips']:,} clips differ; WER {row['wer']:.2f} % "
        f"against {row['their_wer']:.2f} %: {row['wer_difference']:+.2f} points "
        f"({low:+.2f} to {high:+.2f}); {row['only_here']} clips only here, "
        f"{row['only_there']} only there"
    )
