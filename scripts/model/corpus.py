"""`model prepare` and `model language`: what is made from texts and voices; see training/."""

from pathlib import Path
from typing import Annotated

import typer

from scripts import ROOT

CORPUS = ROOT / ".local" / "training" / "corpus"
SAMPLES = ROOT / "samples" / "script.toml"


def prepare(
    human: Annotated[
        Path | None, typer.Option(help="A folder of Common Voice: cv-valid-dev.csv and clips/.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The corpus' folder.")] = CORPUS,
    seed: Annotated[int, typer.Option()] = 2026,
    scale: Annotated[
        float, typer.Option(help="Size of the synthetic part; 1.0 is about 25 h.")
    ] = 1.0,
    workers: Annotated[int, typer.Option()] = 2,
    rhvoice: Annotated[bool, typer.Option(help="Use RHVoice's voices.")] = True,
    neural: Annotated[bool, typer.Option(help="Use Kokoro, Piper and Pico.")] = True,
) -> None:
    """Make the corpus to train and test with: synthesize speech, decode human recordings."""
    from earshot.cli.progress import progress
    from training import prepare as work

    work.prepare(out, SAMPLES, human, seed, scale, workers, rhvoice, neural, progress)


def language(
    out: Annotated[Path, typer.Argument(help="The model folder to write language.npz to.")],
    corpus: Annotated[Path, typer.Option(help="What `model prepare` made.")] = CORPUS,
    reading: Annotated[
        Path | None, typer.Option(help="A folder of more texts (*.txt) to count words in.")
    ] = None,
) -> None:
    """Make a small model's word list and bigrams, from training texts and a folder of texts."""
    from earshot.cli.progress import progress
    from earshot.speech.files import LANGUAGE_FILE
    from training.corpus import read_corpus
    from training.language import (
        MIN_READ_PAIR_COUNT,
        lemmas,
        measured,
        read_books,
        sentences,
        word_list,
        write,
    )  # fmt: skip
    from training.reading import read_folder

    prepared = read_corpus(corpus)
    held_out = measured(prepared, SAMPLES)
    lines, books = sentences(prepared, held_out), read_books()
    words = word_list(lines, lemmas(), books)
    read = None
    if reading:
        number = {word: n for n, word in enumerate(words)}
        size = sum(path.stat().st_size for path in reading.rglob("*.txt"))
        with progress("reading", size) as advance:
            read = read_folder(reading, number, held_out, MIN_READ_PAIR_COUNT, advance)
        typer.echo(f"{reading}: {read.words.sum()} words, {len(read.pairs)} different pairs")
    write(words, lines, books, out / LANGUAGE_FILE, read)
    counted = sum(map(len, lines))
    megabytes = (out / LANGUAGE_FILE).stat().st_size / 1e6
    typer.echo(
        f"{out / LANGUAGE_FILE}: {len(words)} words; "
        f"{len(lines)} sentences, {counted} words counted; {megabytes:.1f} MB"
    )
