"""`earshot transcribe`: this machine, no AWS."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from earshot.bundled import model_folder
from earshot.cli import leftover
from earshot.cli.progress import progress
from earshot.cli.sources import Source, sources
from earshot.errors import InputError

if TYPE_CHECKING:
    from earshot.errors import AudioError
    from earshot.speech.transcriber import Transcriber
    from earshot.speech.transcript import Transcript

DEMO = model_folder("demo")


class Format(StrEnum):
    TXT = "txt"
    JSON = "json"
    SRT = "srt"
    VTT = "vtt"


def transcribe(
    files: Annotated[
        list[Path],
        typer.Argument(help="Audio files, folders of them, or - for a pipe.", metavar="FILE…"),
    ],
    format: Annotated[  # noqa: A002 (the option's name)
        Format, typer.Option(help="json: one object a line, with times and confidence.")
    ] = Format.TXT,
    model: Annotated[str, typer.Option(help="A model folder, or a hub id.")] = str(DEMO),
    revision: Annotated[str | None, typer.Option(help="Of a hub id: branch or commit.")] = None,
    engine: Annotated[
        str, typer.Option(help="onnx (int8 if there is one), onnx-fp32, onnx-int8 or torch.")
    ] = "onnx",
    writer: Annotated[
        str,
        typer.Option(
            help="What makes the text readable: a folder, a hub id, or none for the"
            " listener's own letters."
        ),
    ] = "moonshine-tiny",
    decoder: Annotated[
        str | None, typer.Option(help="greedy, or beam for a model with a word list.")
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Files that share a batch.")] = None,
    channels: Annotated[
        bool, typer.Option("--channels", help="Keep a stereo file's sides apart, as two speakers.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="A folder: one file each, instead of standard output.")
    ] = None,
) -> None:
    """Write what is said in audio files."""
    from earshot.errors import AudioError
    from earshot.transcription import open_transcriber

    with sources(files) as found:
        if out:
            _refuse_same_names(found, out)
        transcriber = open_transcriber(
            model, revision, engine, writer=writer, decoder=decoder, side_by_side=len(found) > 1
        )
        failed = 0
        with progress("Transcribing", len(found)) as advance:
            results = _results([one.path for one in found], transcriber, batch, channels)
            for source, (_, result) in zip(found, results, strict=True):
                failed += isinstance(result, AudioError)
                _write(source, result, format, out)
                advance(1)
    raise typer.Exit(1 if failed else 0)


def _refuse_same_names(found: list[Source], out: Path) -> None:
    first: dict[str, Path] = {}
    for one in found:
        before = first.setdefault(one.stem, one.path)
        if before.resolve() != one.path.resolve():
            raise InputError(f"{before} and {one.path} would be written to one file in {out}.")


def _results(
    files: list[Path], transcriber: "Transcriber", batch: int | None, channels: bool
) -> Iterator[tuple[Path, "Transcript | AudioError"]]:
    from earshot.errors import AudioError
    from earshot.speech.recognise import transcribe_file, transcribe_files

    if not channels:
        yield from transcribe_files(files, transcriber, batch=batch)
        return
    for file in files:
        try:
            yield file, transcribe_file(file, transcriber, split_channels=True)
        except AudioError as error:
            yield file, error


def _write(
    source: Source, result: "Transcript | AudioError", form: Format, out: Path | None
) -> None:
    from earshot.errors import AudioError

    file = source.called
    if isinstance(result, AudioError) and form is not Format.JSON:
        print(leftover.printable(f"{file}: {result.message} ({result.code})"), file=sys.stderr)
        return
    if not isinstance(result, AudioError) and result.incomplete and form is not Format.JSON:
        print(f"{file}: {result.incomplete} (incomplete)", file=sys.stderr)
    text = _text(file, result, form)
    if out is None:
        print(text, end="", flush=True)
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{source.stem}.{form}").write_text(text, encoding="utf-8")


def _text(file: Path, result: "Transcript | AudioError", form: Format) -> str:
    from earshot.errors import AudioError
    from earshot.recordings.formats import found_out, to_srt, to_vtt

    if isinstance(result, AudioError):
        fault = {"code": result.code, "message": result.message}
        return _line({"file": str(file), "status": "failed", "error": fault})
    match form:
        case Format.JSON:
            return _line(
                {
                    "file": str(file),
                    "status": "done",
                    "text": result.text,
                    "heard": result.heard_text,
                    "duration": result.duration,
                    **found_out(result),
                    "words": [asdict(word) for word in result.words],
                    "segments": [
                        {
                            "start": segment.start,
                            "end": segment.end,
                            "text": segment.text,
                            "channel": segment.channel,
                        }
                        for segment in result.segments
                    ],
                    "provenance": asdict(result.provenance),
                }
            )
        case Format.SRT:
            return to_srt(result)
        case Format.VTT:
            return to_vtt(result)
        case Format.TXT:
            return f"{result.text}\n"


def _line(value: dict[str, Any]) -> str:
    # A file's name may hold bytes that are no text: escaped as JSON escapes, they come back whole.
    text = json.dumps(value, ensure_ascii=False)
    return text.encode(errors="backslashreplace").decode() + "\n"
