"""The writer alone: error rates on people, speed, start, memory."""

import json
import resource
import time
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts import ROOT

TINY = ROOT / "models" / "moonshine-tiny"
SAMPLE_RATE = 16_000


def writer(
    human: Annotated[Path, typer.Argument(help="Clips in Common Voice's form.")],
    models: Annotated[list[Path], typer.Option("--model", help="Writers' folders.")] = [TINY],  # noqa: B006
    split: Annotated[
        str, typer.Option(help="development or held-out: the sentences of the demo model's split.")
    ] = "development",
    every: Annotated[int, typer.Option(help="Take every so many-th clip.")] = 1,
    others: Annotated[
        Path | None, typer.Option(help="A CSV (filename, moonshine) to set beside them.")
    ] = None,
    greedy: Annotated[bool, typer.Option(help="Each writer greedily, too.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write texts there, as JSON lines.")] = None,
) -> None:
    """Word and character error rates of writers on people, and what they cost in time."""
    from earshot.audio.decode import decode
    from earshot.cli.progress import progress

    clips = clips_of(human, split)[::every]
    waveforms = []
    with progress("Decoding", len(clips)) as advance:
        for clip in clips:
            waveforms.append(decode(clip.path).waveform)
            advance(1)
    seconds = sum(map(len, waveforms)) / SAMPLE_RATE
    print(json.dumps({"split": split, "clips": len(clips), "sound_s": round(seconds, 1)}))
    rows = []
    ways = (True, False) if greedy else (False,)
    for model, is_greedy in product(models, ways):
        figure, texts = _measure(model, waveforms, seconds, is_greedy)
        rows.append((figure["writer"], texts))
        print(json.dumps(figure | rates_of(clips, texts)), flush=True)
    if others:
        from earshot.cli.tables.manifest import values_by_name

        theirs = values_by_name(others, "moonshine")
        texts = [theirs[clip.path.name] for clip in clips]
        rows.append((others.name, texts))
        print(json.dumps({"writer": others.name} | rates_of(clips, texts)), flush=True)
    for figure in _differences(clips, rows):
        print(json.dumps(figure), flush=True)
    if out:
        with out.open("w") as file:
            for name, texts in rows:
                for clip, text in zip(clips, texts, strict=True):
                    print(json.dumps({"writer": name, "file": clip.path.name, "text": text}),
                          file=file)  # fmt: skip


def clips_of(human: Path, split: str) -> list[Any]:
    """Those of `training.prepare`'s split by sentence that it would keep; "held-out" is what the
    demo model's figures on people are made of, and nothing is chosen by it."""
    import soundfile

    from training.prepare import MAX_UTTERANCE_S, MIN_UTTERANCE_S, decode_clip, read_clips

    if split not in ("development", "held-out"):
        raise typer.BadParameter(f"{split!r} is neither development nor held-out")
    chosen = []
    for clip in read_clips(human):
        if (clip.split(SEED) == "human") != (split == "held-out"):
            continue
        if split == "held-out":
            waveform = decode_clip(clip.path)
            silent = float(abs(waveform).max(initial=0)) < 1e-3
            if silent or not MIN_UTTERANCE_S <= len(waveform) / SAMPLE_RATE <= MAX_UTTERANCE_S:
                continue
        elif soundfile.info(clip.path).duration > 30:
            continue
        chosen.append(clip)
    return chosen


SEED = 2026  # of the demo model's corpus


def _measure(
    model: Path, waveforms: Sequence[Any], seconds: float, greedy: bool
) -> tuple[dict[str, Any], list[str]]:
    from earshot.speech.writer.model import load_writer
    from earshot.speech.writer.moonshine import BEAM, GREEDY

    begin = time.perf_counter()
    loaded = load_writer(str(model), beam=GREEDY if greedy else BEAM, side_by_side=True)
    start_s = time.perf_counter() - begin
    begin, cpu = time.perf_counter(), time.process_time()
    written = loaded.write_many(waveforms)
    wall_s, cpu_s = time.perf_counter() - begin, time.process_time() - cpu
    files = [path for path in (model / "onnx").iterdir() if path.is_file()]
    return {
        "writer": f"{model.name}{', greedy' if greedy else ''}",
        "engine": loaded.engine,
        "megabytes": round(sum(path.stat().st_size for path in files) / 1e6, 1),
        "load_s": round(start_s, 2),
        "times_real_time": round(seconds / wall_s, 1),
        "times_real_time_a_core": round(seconds / cpu_s, 1),
        "stopped": sum(one.stopped for one in written),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }, [one.text for one in written]


def rates_of(clips: Sequence[Any], texts: Sequence[str]) -> dict[str, Any]:
    from earshot.cli.evaluation import rates

    counts = counts_of(clips, texts)
    low, high = rates.interval(counts)
    return {
        "wer": round(counts.wer, 2),
        "interval": [round(low, 2), round(high, 2)],
        "cer": round(counts.cer, 2),
    }


def counts_of(clips: Sequence[Any], texts: Sequence[str]) -> Any:
    """Numbers are spoken out first, as they were read."""
    from earshot.cli.evaluation import rates
    from earshot.cli.evaluation.results import Result

    pairs = zip(clips, texts, strict=True)
    return rates.count(
        [Result(clip.path.name, clip.text, spoken(text), {}) for clip, text in pairs]
    )


def spoken(text: str) -> str:
    """Numbers as words: "in 1990, 3 men" is "in nineteen ninety, three men"."""
    import re

    from num2words import num2words

    def words(match: re.Match[str]) -> str:
        digits = match[0].replace(",", "")
        year = len(digits) == 4 and digits == match[0] and "1100" <= digits <= "1999"
        made: str = num2words(int(digits), to="year" if year else "cardinal")
        return made.replace("-", " ")

    return re.sub(r"\d+(,\d{3})*", words, text)


def _differences(
    clips: Sequence[Any], rows: Sequence[tuple[str, list[str]]]
) -> Iterator[dict[str, Any]]:
    """Of each writer to the first, in points of word error rate, with its 95 % interval."""
    from earshot.cli.evaluation import rates

    for name, texts in rows[1:]:
        points, low, high = rates.difference(counts_of(clips, texts), counts_of(clips, rows[0][1]))
        yield {
            "figure": f"{name} less {rows[0][0]}",
            "points": round(points, 2),
            "interval": [round(low, 2), round(high, 2)],
            "same_text": sum(a == b for a, b in zip(texts, rows[0][1], strict=True)),
        }
