"""`earshot model`: write models in the form that `--model` loads without torch."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Export models for use without torch.")


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
    from earshot.speech import hub
    from earshot.speech.files import CHECKPOINT_FILES
    from earshot.speech.model import exporter

    folder, name = Path(source), called
    write = exporter()
    if not folder.is_dir():
        name = called or source
        folder, _ = hub.fetch(source, revision, CHECKPOINT_FILES)
    written = write(folder, out, precision, name, fp32_feature_encoder or exact_ears)
    typer.echo(f"{written}  {written.stat().st_size / 1e6:.1f} MB")


@app.command("export-writer")
def export_writer(
    source: Annotated[
        str, typer.Argument(help="A MoonshineForConditionalGeneration folder, or a hub id.")
    ],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    precision: Annotated[str, typer.Option(help="fp32 or int8.")] = "int8",
    revision: Annotated[str | None, typer.Option(help="The hub's revision.")] = None,
    called: Annotated[
        str | None, typer.Option(help="The writer's name in transcripts; default: its folder's.")
    ] = None,
) -> None:
    """Export a writer as an ONNX folder, which runs without torch."""
    from earshot.speech import hub
    from earshot.speech.writer.files import CHECKPOINT_FILES, SETTINGS_FILES
    from earshot.speech.writer.model import exporter
    from earshot.speech.writer.settings import read_settings

    folder, name = Path(source), called
    write = exporter()
    if not folder.is_dir():
        name = called or source
        folder, _ = hub.fetch(source, revision, CHECKPOINT_FILES, SETTINGS_FILES, read_settings)
    for written in write(folder, out, precision, name):
        typer.echo(f"{written}  {written.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    app()
