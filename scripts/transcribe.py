"""`python -m scripts transcribe`: this machine, no AWS."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

MODEL = Path(__file__).parent.parent / "models" / "demo"


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Audio files.", metavar="FILE…")],
    format: Annotated[str, typer.Option(help="txt, json, srt or vtt.")] = "txt",  # noqa: A002
    model: Annotated[str, typer.Option(help="A model folder, or a hub id.")] = str(MODEL),
    engine: Annotated[str, typer.Option(help="onnx, onnx-int8, onnx-fp32 or torch.")] = "onnx",
) -> None:
    """Write what is said in audio files."""
    from earshot.audio import sandbox
    from earshot.errors import AudioError
    from earshot.speech.model import load
    from earshot.speech.recognise import transcribe_file
    from earshot.speech.transcriber import Transcriber
    from earshot.transcripts.formats import to_srt, to_vtt

    sandbox.start()
    transcriber = Transcriber(load(model, engine=engine))
    failed = False
    for file in files:
        try:
            transcript = transcribe_file(file, transcriber)
        except AudioError as error:
            failed = True
            if format == "json":
                fault = {"code": error.code, "message": error.message}
                print(json.dumps({"file": str(file), "status": "failed", "error": fault}))
            else:
                print(f"{file}: {error.message} ({error.code})", file=sys.stderr)
            continue
        match format:
            case "json":
                line = {
                    "file": str(file),
                    "status": "done",
                    "text": transcript.text,
                    "duration": transcript.duration,
                    "words": [asdict(word) for word in transcript.words],
                }
                print(json.dumps(line, ensure_ascii=False))
            case "srt":
                print(to_srt(transcript))
            case "vtt":
                print(to_vtt(transcript))
            case _:
                print(transcript.text)
    raise typer.Exit(1 if failed else 0)
