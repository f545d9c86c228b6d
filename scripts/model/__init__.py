"""Commands that make models. They need torch (`make .venv/model`)."""

from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.model import export, export_writer
from scripts.model import corpus, training

app = typer.Typer(no_args_is_help=True, help="Make and export models (needs torch).")


@app.command()
def random(
    shape: Annotated[str, typer.Argument(help="base-960h, large-960h or large-960h-lv60-self.")],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    seed: Annotated[int, typer.Option(help="Seed of the random weights.")] = 0,
) -> None:
    """Write a checkpoint of a published shape with random weights, to measure speed."""
    from scripts.model.random import SHAPES, write

    if shape not in SHAPES:
        raise typer.BadParameter(f"{shape!r} is not one of {', '.join(SHAPES)}")
    write(shape, out, seed)


@app.command()
def moonshine(
    out: Annotated[Path, typer.Argument(help="The MoonshineForConditionalGeneration folder.")],
) -> None:
    """Write Moonshine tiny as a checkpoint, out of its package (requirements-training.txt)."""
    from scripts.model.moonshine import write

    write(out)
    typer.echo(str(out))


app.command()(export)
app.command("export-writer")(export_writer)
app.command()(corpus.prepare)
app.command()(training.inherit)
app.command()(training.train)
app.command()(training.take)
app.command()(corpus.language)
app.command()(training.figures)
