"""Commands that make models: export, random. They need torch (requirements-model.txt)."""

from pathlib import Path
from typing import Annotated

import typer

from scripts.model import training

app = typer.Typer(no_args_is_help=True, help="Make and export models (needs torch).")


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="A Wav2Vec2ForCTC folder, or a hub id.")],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    precision: Annotated[str, typer.Option(help="fp32 or int8.")] = "int8",
    revision: Annotated[str | None, typer.Option(help="The hub's revision.")] = None,
    exact_ears: Annotated[
        bool, typer.Option("--exact-ears", help="In int8, leave what lies before the layers fp32.")
    ] = False,
    called: Annotated[
        str | None, typer.Option(help="The model's name in transcripts, if not its folder's.")
    ] = None,
) -> None:
    """Write an ONNX folder that `transcribe --model OUT` loads without torch."""
    from earshot.speech import hub
    from earshot.speech.export import export as write
    from earshot.speech.files import CHECKPOINT_FILES

    folder, name = Path(source), called
    if not folder.is_dir():
        name = called or source
        folder, _ = hub.fetch(source, revision, CHECKPOINT_FILES)
    written = write(folder, out, precision, name, exact_ears)
    typer.echo(f"{written}  {written.stat().st_size / 1e6:.1f} MB")


@app.command()
def random(
    shape: Annotated[str, typer.Argument(help="base-960h, large-960h or large-960h-lv60-self.")],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    seed: Annotated[int, typer.Option(help="Of the random weights.")] = 0,
) -> None:
    """Write a checkpoint of a published shape with random weights, to measure speed with."""
    from scripts.model.random import SHAPES, write

    if shape not in SHAPES:
        raise typer.BadParameter(f"{shape!r} is none of {', '.join(SHAPES)}")
    write(shape, out, seed)


@app.command("export-writer")
def export_writer(
    source: Annotated[
        str, typer.Argument(help="A MoonshineForConditionalGeneration folder, or a hub id.")
    ],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    precision: Annotated[str, typer.Option(help="fp32 or int8.")] = "int8",
    revision: Annotated[str | None, typer.Option(help="The hub's revision.")] = None,
    called: Annotated[
        str | None, typer.Option(help="The writer's name in transcripts, if not its folder's.")
    ] = None,
) -> None:
    """Write an ONNX folder of a writer, which runs without torch."""
    from earshot.speech import hub
    from earshot.speech.writer.export import export as write
    from earshot.speech.writer.files import CHECKPOINT_FILES, SETTINGS_FILES
    from earshot.speech.writer.settings import read_settings

    folder, name = Path(source), called
    if not folder.is_dir():
        name = called or source
        folder, _ = hub.fetch(source, revision, CHECKPOINT_FILES, SETTINGS_FILES, read_settings)
    for written in write(folder, out, precision, name):
        typer.echo(f"{written}  {written.stat().st_size / 1e6:.1f} MB")


@app.command()
def moonshine(
    out: Annotated[Path, typer.Argument(help="The MoonshineForConditionalGeneration folder.")],
) -> None:
    """Write Moonshine tiny as a checkpoint, out of its package (requirements-training.txt)."""
    from scripts.model.moonshine import write

    write(out)
    typer.echo(str(out))


app.command()(training.prepare)
app.command()(training.inherit)
app.command()(training.train)
app.command()(training.take)
app.command()(training.language)
app.command()(training.figures)
