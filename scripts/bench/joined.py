"""Clips of people joined into long recordings: are the words where they were said, and as right as
those of the clips apart? And does memory grow with a recording's length?"""

import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts import ROOT

WORK = ROOT / ".local" / "bench"
MEMORY_PAUSE_S = 0.5
NEAR_S = 0.1  # a word may begin so much before its clip, and end so much behind it
MEASURE = """
import json, re, sys, time
from pathlib import Path
from earshot import open_transcriber
from earshot.speech.recognise import transcribe_file
loaded = open_transcriber()
begin = time.process_time()
found = transcribe_file(Path(sys.argv[1]), loaded)
# Not ru_maxrss, which a process takes over from the one that started it.
status = Path("/proc/self/status").read_text()
print(json.dumps({
    "duration_s": found.duration,
    "times_real_time_a_core": round(found.duration / (time.process_time() - begin), 1),
    "peak_mb": int(re.search(r"VmHWM:\\s*(\\d+)", status)[1]) // 1024,
    "words": len(found.words),
}))
"""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip's place in the joined recording, in seconds, and what was said."""

    start: float
    end: float
    text: str


def joined(
    human: Annotated[Path, typer.Argument(help="Clips in Common Voice's form.")],
    minutes: Annotated[list[int], typer.Option(help="Lengths of recordings.")] = [5, 20],  # noqa: B006
    memory: Annotated[
        int, typer.Option(help="Minutes of a long file, for memory; 0 measures none.")
    ] = 60,
    pause: Annotated[float, typer.Option(help="Seconds between clips.")] = 0.5,
    noise: Annotated[float, typer.Option(help="Decibels of the noise there.")] = -90,
) -> None:
    """Words of clips joined into long recordings, beside the clips apart."""
    import numpy as np

    from earshot import open_transcriber
    from earshot.speech.audible import audible
    from earshot.speech.windows import windows

    transcriber = open_transcriber()
    hop = transcriber.model.acoustics.hop
    chance = np.random.default_rng(1)
    clips = _clips(human)
    for length in minutes:
        waveforms, pieces = _joined(clips, 60.0 * length, pause)
        apart = transcriber.transcribe_many(waveforms)
        quiet = 10 ** (noise / 20) * chance.standard_normal(round(pause * 16_000), np.float32)
        together = [part for waveform in waveforms for part in (waveform, quiet)]
        begin = time.process_time()
        whole = transcriber.transcribe_stream(together)
        processor_s = time.process_time() - begin
        given = [audible(window, hop) for window in windows(together, hop)]
        samples = sum(map(len, together))
        inside = [
            any(p.start - NEAR_S <= word.start and word.end <= p.end + NEAR_S for p in pieces)
            for word in whole.words
        ]
        rates = [_rate(pieces, text) for text in (whole.text, " ".join(one.text for one in apart))]
        figure = {
            "figure": "clips joined",
            "minutes": length,
            "pause_s": pause,
            "clips": len(pieces),
            "clips_percent": round(100 * sum(map(len, waveforms)) / samples, 1),
            "given_to_models_percent": round(
                100 * sum(part.stop - part.start for part in given) / samples, 1
            ),
            "processor_s": round(processor_s, 1),
            "words": len(inside),
            "inside_their_clip_percent": round(100 * float(np.mean(inside)), 2),
            "joined_wer": rates[0],
            "apart_wer": rates[1],
        }
        print(json.dumps(figure), flush=True)
    for length in (1, memory) if memory else ():
        figure = {"figure": "one file with both models", **_memory(clips, 60.0 * length)}
        print(json.dumps(figure), flush=True)


def _clips(human: Path) -> list[tuple[Path, str]]:
    with (human / "cv-valid-dev.csv").open(newline="") as file:
        return [
            (human / "clips" / Path(row["filename"]).name, row["text"])
            for row in csv.DictReader(file)
        ]


def _joined(
    clips: Sequence[tuple[Path, str]], seconds: float, pause: float
) -> tuple[list[Any], list[Piece]]:
    """As many of the clips as fit, with where each would lie; what can't be decoded is passed."""
    from earshot.audio.decode import decode
    from earshot.errors import AudioError

    waveforms, pieces = [], []
    at = 0.0
    for path, text in clips:
        try:
            waveform = decode(path).waveform
        except AudioError:
            continue
        length = len(waveform) / 16_000
        if at + length > seconds:
            break
        waveforms.append(waveform)
        pieces.append(Piece(at, at + length, text))
        at += length + pause
    return waveforms, pieces


def _rate(pieces: Sequence[Piece], text: str) -> float:
    from earshot.cli.evaluation.rates import count
    from earshot.cli.evaluation.results import Result

    said = " ".join(piece.text for piece in pieces)
    return round(count([Result("joined", said, text, {})]).wer, 2)


def _memory(clips: Sequence[tuple[Path, str]], seconds: float) -> dict[str, Any]:
    """Of a fresh process that hears a file of that length, clips over and over."""
    import numpy as np
    import soundfile

    waveforms, _ = _joined(clips, min(seconds, 1200.0), MEMORY_PAUSE_S)
    path = WORK / f"joined-{round(seconds)}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    pause = np.zeros(round(MEMORY_PAUSE_S * 16_000), np.float32)
    left, turn = round(seconds * 16_000), 0
    with soundfile.SoundFile(path, "w", 16_000, 1, "PCM_16") as out:
        while left > 0:
            part = np.concatenate([waveforms[turn % len(waveforms)], pause])[:left]
            out.write(part)
            left, turn = left - len(part), turn + 1
    command = [sys.executable, "-c", MEASURE, str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT / "lambdas")
    found: dict[str, Any] = json.loads(told.stdout)
    return found
