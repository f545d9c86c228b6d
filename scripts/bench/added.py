"""What the writer adds to the time of a large listener.

The same listener with and without it hears the same clips in turns, so other work on the machine
hits both. A listener of random weights does the same work as a trained one; only the few
milliseconds in which its words and the writer's are compared differ.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts.bench.clips import picked, slices
from scripts.bench.models import exported, large
from scripts.bench.speech import SAMPLES

TURN = 5  # clips that one side hears before the other has its turn


def added(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = SAMPLES,
    count: Annotated[int, typer.Option(help="How many of them, evenly picked.")] = 40,
    model: Annotated[
        Path | None, typer.Option(help="The listener; else large-960h's shape, random weights.")
    ] = None,
    writer: Annotated[str, typer.Option(help="The writer that is added.")] = "moonshine-tiny",
) -> None:
    """Time of a large listener alone, and with the writer on top."""
    from earshot import open_transcriber
    from earshot.audio.decode import decode

    listener = str(model or exported(large()))
    waveforms = [decode(path).waveform for path in picked(clips, count)]
    for at_once in (False, True):  # one clip after another as in the function, or as `decode` does
        sides = {
            name: open_transcriber(listener, writer=chosen, side_by_side=at_once)
            for name, chosen in (("alone", "none"), ("with", writer))
        }
        spent = {name: [0.0, 0.0] for name in sides}
        for transcriber in sides.values():
            transcriber.transcribe(waveforms[0])  # the first call is slower
        for turn in slices(waveforms, TURN):
            for name, transcriber in sides.items():
                clock, processor = time.perf_counter(), time.process_time()
                if at_once:
                    transcriber.transcribe_many(turn)
                else:
                    for waveform in turn:
                        transcriber.transcribe(waveform)
                spent[name][0] += time.perf_counter() - clock
                spent[name][1] += time.process_time() - processor
        print(json.dumps(_figure(spent, waveforms, at_once)), flush=True)


def _figure(
    spent: dict[str, list[float]], waveforms: Sequence[Any], at_once: bool
) -> dict[str, Any]:
    sound = sum(map(len, waveforms)) / 16_000
    clock, processor = ({name: times[which] for name, times in spent.items()} for which in (0, 1))
    return {
        "figure": "what the writer adds",
        "clips": len(waveforms),
        "several_at_once": at_once,
        "sound_s": round(sound, 1),
        "listener_s": round(clock["alone"], 2),
        "both_s": round(clock["with"], 2),
        "added_percent": round(100 * (clock["with"] / clock["alone"] - 1), 1),
        "added_processor_percent": round(100 * (processor["with"] / processor["alone"] - 1), 1),
        "writer_processor_s_per_sound_s": round(
            (processor["with"] - processor["alone"]) / sound, 4
        ),
    }
