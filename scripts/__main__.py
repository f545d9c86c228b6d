"""The command line: one module a command, listed here."""

import typer

from scripts import (
    bench,
    check,
    costs,
    decode,
    drift,
    evaluate,
    import_,
    model,
    openapi,
    redrive,
    reindex,
    samples,
    settings_table,
    transcribe,
    upload,
)
from scripts.local import commands as local

HELP = "Everything that is run by hand. Each command has --help."

app = typer.Typer(no_args_is_help=True, add_completion=False, help=HELP)
app.add_typer(samples.app, name="samples")
app.add_typer(model.app, name="model")
app.add_typer(local.app, name="local")
app.add_typer(bench.app, name="bench")
app.command()(transcribe.transcribe)
app.command()(evaluate.evaluate)
app.command()(upload.upload)
app.command()(decode.decode)
app.command("import")(import_.import_)
app.command()(reindex.reindex)
app.command()(check.check)
app.command()(redrive.redrive)
app.command()(drift.drift)
app.command()(openapi.openapi)
app.command("settings-table")(settings_table.settings_table)
app.command()(costs.costs)

if __name__ == "__main__":
    app(prog_name="python -m scripts")
