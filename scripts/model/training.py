"""`model prepare`, `model train`, `model take`, `model figures`: see training/ for the work."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from torch import Tensor

    from training.corpus import Corpus

ROOT = Path(__file__).parent.parent.parent
PLACE = ROOT / ".local" / "training"
SAMPLES = ROOT / "samples" / "script.toml"
CHECKPOINT = ROOT / "training" / "checkpoint"


def prepare(
    human: Annotated[
        Path | None, typer.Option(help="A folder of Common Voice: cv-valid-dev.csv and clips/.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The corpus' folder.")] = PLACE / "corpus",
    seed: Annotated[int, typer.Option()] = 2026,
    scale: Annotated[float, typer.Option(help="Of the synthetic part; 1.0 is about 25 h.")] = 1.0,
    workers: Annotated[int, typer.Option()] = 2,
    rhvoice: Annotated[bool, typer.Option(help="Speak with RHVoice's voices too.")] = True,
    neural: Annotated[bool, typer.Option(help="Speak with Kokoro, Piper and Pico too.")] = True,
) -> None:
    """Speak and decode what the model is trained on and measured with."""
    from earshot.cli.progress import progress
    from training import prepare as work
    from training.synthesis import MissingToolError

    try:
        work.prepare(out, SAMPLES, human, seed, scale, workers, rhvoice, neural, progress)
    except MissingToolError as missing:
        typer.echo(missing, err=True)
        raise typer.Exit(1) from None


def at_teachers_level(corpus: "Corpus") -> "list[Tensor]":
    """Forty training recordings, some of people and some not, for what is to be known of all."""
    import torch

    from training.teacher import at_its_level

    spoken = corpus.of("train")
    chosen = spoken[:: max(1, len(spoken) // 40)]
    return [torch.from_numpy(at_its_level(corpus.waveform(u))) for u in chosen]


def inherit(
    out: Annotated[Path, typer.Argument(help="The Wav2Vec2ForCTC folder to write.")],
    like: Annotated[Path, typer.Option(help="The folder whose letters it writes.")] = CHECKPOINT,
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = PLACE / "corpus",
    layers: Annotated[int, typer.Option(help="6 are the teacher's, more start afresh.")] = 7,
    seed: Annotated[int, typer.Option()] = 2026,
) -> None:
    """Make a model to train from: the shape and the weights of a larger recogniser's encoder."""
    import json

    import torch

    from training.corpus import read_corpus
    from training.distillation import Distillation
    from training.pupil import pupil, write
    from training.teacher import MissingTeacherError, Teacher, find, read_weights

    torch.manual_seed(seed)
    settings = json.loads((like / "config.json").read_text())
    try:
        weights = read_weights(find())
    except MissingTeacherError as missing:
        typer.echo(missing, err=True)
        raise typer.Exit(1) from None
    prepared = read_corpus(corpus)
    fitted = at_teachers_level(prepared)
    model = pupil(weights, fitted, settings, layers).eval()
    write(model, like, out)
    typer.echo(f"{out}: {sum(p.numel() for p in model.parameters()) / 1e6:.1f} million parameters")
    others = prepared.of("dev-human")[:40] or prepared.of("dev-synthetic")[:40]
    left = Distillation(Teacher(weights), model, fitted).left(
        model, [prepared.waveform(u) for u in others]
    )
    typer.echo(f"{left:.2f} of what the teacher's layers say is left to learn ({others[0].split})")


def train(
    start: Annotated[Path, typer.Option(help="The Wav2Vec2ForCTC folder to go on from.")],
    run: Annotated[Path, typer.Option(help="The run's folder; one that exists resumes.")],
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = PLACE / "corpus",
    steps: Annotated[int | None, typer.Option(help="Length of the schedule.")] = None,
    human_share: Annotated[float | None, typer.Option(help="Of the seconds heard.")] = None,
    batch_seconds: Annotated[float | None, typer.Option()] = None,
    peak_rate: Annotated[float | None, typer.Option(help="Learning rate after warm-up.")] = None,
    inherited_rate: Annotated[
        float | None, typer.Option(help="Share of the rate for weights that a teacher brought.")
    ] = None,
    augmentation: Annotated[float | None, typer.Option(help="How often; 0 is never.")] = None,
    dropout: Annotated[float | None, typer.Option()] = None,
    masks: Annotated[float | None, typer.Option(help="Share of frames that are masked.")] = None,
    teaching: Annotated[
        float | None, typer.Option(help="Weight of the teacher, for a model that inherits.")
    ] = None,
    bfloat16: Annotated[
        bool | None, typer.Option(help="Products in 16 bits; fast where the processor has them.")
    ] = None,
    seed: Annotated[int | None, typer.Option()] = None,
    fresh: Annotated[bool, typer.Option(help="The shape of START, with new weights.")] = False,
    threads: Annotated[int, typer.Option(help="Of torch; 0 leaves it to torch.")] = 0,
    workers: Annotated[int, typer.Option(help="Processes that augment.")] = 0,
    until: Annotated[int | None, typer.Option(help="Stop at this step, to resume later.")] = None,
) -> None:
    """Train, or resume training; a file named PAUSE beside the run's folder makes it wait."""
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
    kept = run / "settings.json"
    settings = read_settings(kept) if kept.exists() else TrainingSettings()
    asked: dict[str, Any] = {
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
    settings = dataclasses.replace(settings, **{k: v for k, v in asked.items() if v is not None})
    settings.write(kept)
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
    """Take a run's averaged weights as a model folder, for `model export` and `model figures`."""
    from training.checkpoint import take as write
    from training.curves import draw

    state = write(run, out, half)
    draw(state.history, out / "curves.svg")
    typer.echo(f"{out}: step {state.step}, {state.seconds_heard / 3600:.1f} h heard")


def language(
    out: Annotated[Path, typer.Argument(help="The model folder that gets a language.npz.")],
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = PLACE / "corpus",
    reading: Annotated[
        Path | None, typer.Option(help="A folder of texts (*.txt) to count words in too.")
    ] = None,
) -> None:
    """Count the words that help a small model spell; from training text and reading alone."""
    from earshot.cli.progress import progress
    from earshot.speech.files import LANGUAGE_FILE
    from training.corpus import read_corpus
    from training.language import (
        LEAST_READ,
        lemmas,
        measured,
        read_books,
        sentences,
        word_list,
        write,
    )  # fmt: skip
    from training.reading import read_folder

    prepared = read_corpus(corpus)
    kept_back = measured(prepared, SAMPLES)
    lines, books = sentences(prepared, kept_back), read_books()
    words = word_list(lines, lemmas(), books)
    read = None
    if reading:
        number = {word: n for n, word in enumerate(words)}
        size = sum(path.stat().st_size for path in reading.rglob("*.txt"))
        with progress("reading", size) as advance:
            read = read_folder(reading, number, kept_back, LEAST_READ, advance)
        typer.echo(f"{reading}: {read.words.sum()} words read, {len(read.pairs)} pairs kept")
    write(words, lines, books, out / LANGUAGE_FILE, read)
    counted = sum(map(len, lines))
    megabytes = (out / LANGUAGE_FILE).stat().st_size / 1e6
    typer.echo(
        f"{out / LANGUAGE_FILE}: {len(words)} words; "
        f"{len(lines)} sentences, {counted} words counted; {megabytes:.1f} MB"
    )


def figures(
    models: Annotated[list[Path], typer.Argument(help="Model folders, to set side by side.")],
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = PLACE / "corpus",
    sets: Annotated[str, typer.Option(help="Of the corpus.")] = "seen-voices,held-out-voices,human",
    greedy: Annotated[
        bool, typer.Option("--greedy", help="Also without the models' languages.")
    ] = False,
    engine: Annotated[
        str | None, typer.Option(help="onnx-fp32, say; else the product's choice.")
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
    runs = [(model, way) for model in models for way in ([False, True] if greedy else [False])]
    for model, without in runs:
        table.add_column(f"{model.name}{', greedy' if without else ''}: WER")
        table.add_column("CER")
        recognise = recogniser(model, without, engine)
        sets_lines = by_set_and_voice(prepared, recognise, sets.split(","))
        columns.append(sets_lines + by_set_and_voice(demo, recognise, ["samples"]))
    for row in zip(*columns, strict=True):
        first = row[0]
        rates = [str(rate) for line in row for rate in (line.wer, line.cer)]
        table.add_row(first.group, str(first.utterances), f"{first.seconds:.0f}", *rates)
    Console(width=60 + 54 * len(runs)).print(table)
