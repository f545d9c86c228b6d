"""Commands that make models: export. They need torch (requirements-model.txt)."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make and export models (needs torch).")


@app.command()
def export(
    source: Annotated[str, typer.Argument(help="A Wav2Vec2ForCTC folder, or a hub id.")],
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    precision: Annotated[str, typer.Option(help="fp32 or int8.")] = "int8",
    revision: Annotated[str | None, typer.Option(help="The hub's revision.")] = None,
) -> None:
    """Write an ONNX folder that `transcribe --model OUT` loads without torch."""
    from scripts.model.export import export as write

    written = write(source, out, precision, revision)
    typer.echo(f"{written}  {written.stat().st_size / 1e6:.1f} MB")
