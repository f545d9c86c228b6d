"""What a transcript takes, as it is stored."""

import json
from pathlib import Path
from typing import Annotated

import typer

from scripts.bench.clips import picked
from scripts.bench.speech import SAMPLES


def sizes(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = SAMPLES,
    count: Annotated[int, typer.Option(help="How many of them, evenly picked.")] = 41,
) -> None:
    """Bytes that transcripts by both models that ship take in an item."""
    from earshot import open_transcriber, transcribe
    from earshot.recordings.item import pack, transcript_attributes

    transcriber = open_transcriber()
    transcripts = [transcribe(path, transcriber) for path in picked(clips, count)]
    seconds = sum(one.duration for one in transcripts)
    packed = sum(len(pack(one)) for one in transcripts)
    attributes = sum(
        len(json.dumps(transcript_attributes(one), default=str)) for one in transcripts
    )
    stored = packed + attributes
    letters = sum(len(one.letters or b"") for one in transcripts)
    figure = {
        "figure": "stored transcripts",
        "clips": len(transcripts),
        "sound_s": round(seconds, 1),
        "kb_a_second": round(stored / seconds / 1000, 3),
        "frame_letters_kb_a_second": round(letters / seconds / 1000, 3),
        "mb_an_hour": round(stored / seconds * 3600 / 1e6, 2),
    }
    print(json.dumps(figure))
