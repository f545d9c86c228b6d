"""`model inherit`, `train`, `take` and `figures`: the work is in training/."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts import ROOT
from scripts.model.corpus import CORPUS, SAMPLES

if TYPE_CHECKING:
    from torch import Tensor

    from training.corpus import Corpus

CHECKPOINT = ROOT / "training" / "checkpoint"


def at_teachers_level(corpus: "Corpus") -> "list[Tensor]":
    """About forty evenly chosen training recordings, (samples,) each, to measure a teacher with."""
    import torch

    from training.teacher import at_its_level

    spoken = corpus.of("train")
    chosen = spoken[:: max(1, len(spoken) // 40)]
    return [torch.from_numpy(at_its_level(corpus.waveform(u))) for u in chosen]


def inherit(
    out: Annotated[Path, typer.Argument(help="The Wav2Vec2ForCTC folder to write.")],
    like: Annotated[Path, typer.Option(help="The folder with the vocabulary.")] = CHECKPOINT,
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = CORPUS,
    layers: Annotated[int, typer.Option(help="The first 6 are the teacher's.")] = 7,
    seed: Annotated[int, typer.Option()] = 2026,
) -> None:
    """Make a student to train: a model with the shape and weights of the teacher's encoder."""
    import json

    import torch

    from training.corpus import read_corpus
    from training.distillation import Distillation
    from training.student import student, write
    from training.teacher import Teacher, find, read_weights

    torch.manual_seed(seed)
    settings = json.loads((like / "config.json").read_text())
    weights = read_weights(find())
    prepared = read_corpus(corpus)
    fitted = at_teachers_level(prepared)
    model = student(weights, fitted, settings, layers).eval()
    write(model, like, out)
    typer.echo(f"{out}: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} million parameters")
    others = prepared.of("dev-human")[:40] or prepared.of("dev-synthetic")[:40]
    loss = Distillation(Teacher(weights), model, fitted).mean_loss(
        model, [prepared.waveform(u) for u in others]
    )
    typer.echo(f"distillation loss before training: {loss:.2f} ({others[0].split})")


def train(
    start: Annotated[Path, typer.Option(help="The Wav2Vec2ForCTC folder to start from.")],
    run: Annotated[Path, typer.Option(help="The run's folder. An existing run is resumed.")],
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = CORPUS,
    steps: Annotated[int | None, typer.Option(help="Length of the schedule.")] = None,
    human_share: Annotated[float | None, typer.Option(help="Human share of the seconds.")] = None,
    batch_seconds: Annotated[float | None, typer.Option()] = None,
    peak_rate: Annotated[float | None, typer.Option(help="Learning rate after warm-up.")] = None,
    inherited_rate: Annotated[
        float | None, typer.Option(help="Share of the rate for weights from the teacher.")
    ] = None,
    augmentation: Annotated[
        float | None, typer.Option(help="Scales its probabilities; 0 is none.")
    ] = None,
    dropout: Annotated[float | None, typer.Option()] = None,
    masks: Annotated[float | None, typer.Option(help="Share of frames to mask.")] = None,
    teaching: Annotated[
        float | None, typer.Option(help="Weight of the distillation loss, for a student.")
    ] = None,
    bfloat16: Annotated[
        bool | None, typer.Option(help="16-bit matrix products, for processors with them.")
    ] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    fresh: Annotated[bool, typer.Option(help="Use the shape of START, with new weights.")] = False,
    threads: Annotated[int, typer.Option(help="Threads of torch; 0 is torch's default.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that prepare batches.")] = 0,
    until: Annotated[int | None, typer.Option(help="Stop at this step, to resume later.")] = None,
) -> None:
    """Train, or resume training. It waits while a file PAUSE is beside the run's folder."""
    import dataclasses
    import json
    import os
    import shutil
    import signal

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # shared cores: sleep, don't spin
    import torch

    from training.corpus import read_corpus
    from training.curves import draw
    from training.distillation import Distillation
    from training.settings import TrainingSettings, read_settings
    from training.teacher import Teacher, find, read_weights
    from training.trainer import Trainer, build

    if threads:
        torch.set_num_threads(threads)
    run.mkdir(parents=True, exist_ok=True)
    stored = run / "settings.json"
    settings = read_settings(stored) if stored.exists() else TrainingSettings()
    given: dict[str, Any] = {
        "steps": steps,
        "human_share": human_share,
        "batch_seconds": batch_seconds,
        "peak_rate": peak_rate,
        "inherited_rate": inherited_rate,
        "augmentation": augmentation,
        "dropout": dropout,
        "mask_time": masks,
        "teaching": teaching,
        "bfloat16": bfloat16,
        "seed": seed,
    }
    settings = dataclasses.replace(settings, **{k: v for k, v in given.items() if v is not None})
    settings.write(stored)
    for name in ("vocab.json", "processor_config.json", "tokenizer_config.json"):
        if (start / name).exists():
            shutil.copyfile(start / name, run / name)
    vocabulary = json.loads((start / "vocab.json").read_text())
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model, prepared = build(start, settings, fresh), read_corpus(corpus)
    distillation = None
    if settings.teaching:
        teacher = Teacher(read_weights(find()))
        distillation = Distillation(teacher.to(device), model, at_teachers_level(prepared))
    trainer = Trainer(
        model, prepared, vocabulary, settings, run, device,
        log=lambda line: print(line, flush=True), distillation=distillation,
    )  # fmt: skip
    trainer.model.config.save_pretrained(run)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(trainer, "stopping", True))
    trainer.train(until, workers)
    draw(trainer.history, run / "curves.svg")


def take(
    run: Annotated[Path, typer.Argument(help="A run's folder.")],
    out: Annotated[Path, typer.Argument(help="The Wav2Vec2ForCTC folder to write.")],
    half: Annotated[bool, typer.Option("--half", help="Write weights in 16 bits.")] = False,
) -> None:
    """Write a run's averaged weights as a model folder, for `model export` and `model figures`."""
    from training.checkpoint import take as write
    from training.curves import draw

    state = write(run, out, half)
    draw(state.history, out / "curves.svg")
    typer.echo(f"{out}: step {state.step}, {state.seconds_heard / 3600:.1f} h of speech")


def figures(
    models: Annotated[list[Path], typer.Argument(help="Model folders to compare.")],
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = CORPUS,
    sets: Annotated[
        str, typer.Option(help="Sets of the corpus.")
    ] = "seen-voices,held-out-voices,human",
    greedy: Annotated[
        bool, typer.Option("--greedy", help="Also decode without the models' languages.")
    ] = False,
    engine: Annotated[
        str | None, typer.Option(help="For example onnx-fp32; default: Earshot's choice.")
    ] = None,
) -> None:
    """Word and character error rates by set and voice, with 95 % bootstrap intervals."""
    from rich.console import Console
    from rich.table import Table

    from training.corpus import read_corpus
    from training.figures import by_set_and_voice, read_samples, recogniser

    prepared = read_corpus(corpus)
    demo = read_samples(SAMPLES.parent / "manifest.csv")
    table = Table("set", "utterances", "seconds")
    columns = []
    decoders = [False, True] if greedy else [False]
    runs = [(model, is_greedy) for model in models for is_greedy in decoders]
    for model, is_greedy in runs:
        table.add_column(f"{model.name}{', greedy' if is_greedy else ''}: WER")
        table.add_column("CER")
        recognise = recogniser(model, is_greedy, engine)
        sets_lines = by_set_and_voice(prepared, recognise, sets.split(","))
        columns.append(sets_lines + by_set_and_voice(demo, recognise, ["samples"]))
    for row in zip(*columns, strict=True):
        first = row[0]
        rates = [str(rate) for line in row for rate in (line.wer, line.cer)]
        table.add_row(first.group, str(first.utterances), f"{first.seconds:.0f}", *rates)
    Console(width=60 + 54 * len(runs)).print(table)
