"""`python -m scripts bench …`: the figures of docs/benchmarks.md, measured anew, as JSON lines."""

import typer

from scripts.bench import (
    added,
    api,
    audio,
    bulk,
    decode,
    joined,
    listeners,
    parity,
    pipeline,
    search,
    sizes,
    sound,
    speech,
    start,
    training,
    writer,
    writer_parity,
)

app = typer.Typer(no_args_is_help=True, help="Measure; print JSON lines.")
app.command()(pipeline.pipeline)
app.command()(api.api)
app.command()(bulk.bulk)
app.command()(training.training)
app.command()(start.start)
app.command()(speech.speech)
app.command()(parity.parity)
app.command()(audio.audio)
app.command()(decode.decode)
app.command()(search.search)
app.command()(sizes.sizes)
app.command()(sound.sound)
app.command()(listeners.listeners)
app.command()(joined.joined)
app.command()(added.added)
app.command()(writer.writer)
app.command()(writer_parity.writer_parity)
