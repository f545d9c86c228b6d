"""Commands that make models. They need torch (`make .venv/model`)."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.model import corpus, training

app = typer.Typer(no_args_is_help=True, help="Make and export models (needs torch).")


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="A Wav2Vec2ForCTC folder, or a hub id.")],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    precision: Annotated[str, typer.Option(help="fp32 or int8.")] = "int8",
    revision: Annotated[str | None, typer.Option(help="The hub's revision.")] = None,
    fp32_feature_encoder: Annotated[
        bool,
        typer.Option("--fp32-feature-encoder", help="With int8, keep the feature encoder in fp32."),
    ] = False,
    exact_ears: Annotated[bool, typer.Option("--exact-ears", hidden=True)] = False,
    called: Annotated[
        str | None, typer.Option(help="The model's name in transcripts; default: its folder's.")
    ] = None,
) -> None:
    """Export a model as an ONNX folder, which `transcribe --model OUT` loads without torch."""
    from earshot.errors import ModelError
    from earshot.speech import hub
    from earshot.speech.files import CHECKPOINT_FILES
    from earshot.speech.model import exporter

    folder, name = Path(source), called
    try:
        write = exporter()
        if not folder.is_dir():
            name = called or source
            folder, _ = hub.fetch(source, revision, CHECKPOINT_FILES)
        written = write(folder, out, precision, name, fp32_feature_encoder or exact_ears)
    except ModelError as error:
        typer.echo(error.message, err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{written}  {written.stat().st_size / 1e6:.1f} MB")


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


app.command()(corpus.prepare)
app.command()(training.inherit)
app.command()(training.train)
app.command()(training.take)
app.command()(corpus.language)
app.command()(training.figures)
