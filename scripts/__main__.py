"""The command line: one module a command, listed here."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

if __name__ == "__main__":
    app(prog_name="python -m scripts")
