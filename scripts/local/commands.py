"""`python -m scripts local …`: the stack on this machine, as `make up`, `down`, `demo` call it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The whole stack on this machine.")

Model = Annotated[
    str | None, typer.Option(help="A model folder or hub id; the bundled one if not given.")
]
Writer = Annotated[
    str | None,
    typer.Option(help="A writer's folder or hub id, or none; the bundled one if not given."),
]


def say(line: str) -> None:
    print(line, flush=True)


def _there(path: Path | None) -> Path | None:
    """What `make demo AUDIO=~/x` names: not every shell expands a tilde behind a `=`."""
    found = path and path.expanduser()
    if found and not found.exists():
        raise typer.BadParameter(f"There is no {found}.")
    return found


@app.command()
def up(model: Model = None, writer: Writer = None) -> None:
    """Start the stack in the background, or find it running."""
    from scripts.local import stack

    found = stack.up(say, model, writer)
    say(f"The search page:  {found.site_url}")
    say(f"The API:          {found.api_url}")


@app.command()
def down() -> None:
    """Stop the stack; no process stays."""
    from scripts.local import stack

    stack.down(say)


@app.command()
def demo(
    model: Model = None,
    writer: Writer = None,
    audio: Annotated[
        Path | None, typer.Option(help="A folder of your own recordings.", callback=_there)
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(help="Who speaks in them, in Common Voice's form.", callback=_there),
    ] = None,
    stay: Annotated[bool, typer.Option(help="Stay up until Ctrl-C.")] = True,
) -> None:
    """Start the stack, drop recordings in, wait until they can be searched, show the page."""
    from scripts.local import demo

    complete = demo.run(say, model=model, writer=writer, audio=audio, csv=csv, stay=stay)
    if not complete:
        raise typer.Exit(1)


@app.command()
def drill() -> None:
    """Deploy, change, lose, restore, destroy and adopt, on a stack of its own; JSON lines."""
    from scripts.local import drill

    drill.as_json_lines(lambda line: print(line, file=sys.stderr, flush=True))


@app.command("prepare-tests")
def prepare_tests() -> None:
    """Install the system programs that the tests drive, or name what is missing."""
    from scripts.local import java, packages

    packages.ensure(packages.FOR_TESTS, say)
    java.ensure_java(say)
