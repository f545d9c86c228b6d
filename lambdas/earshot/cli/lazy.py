"""Command groups that import a command's module when it is run.

`earshot transcribe` must start without boto3 being installed, and `earshot --help` must not wait
for numpy. So a group knows of its commands a name, a line of help and where the function stands.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from earshot.errors import EarshotError, InputError


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command by the place of its function (or of a Typer app), as "module:name".

    `extra` is the extra of the package that brings what the command imports.
    """

    place: str
    help: str
    extra: str | None = None

    def load(self, name: str) -> Any:
        """The command itself. Raises InputError when a package that it needs is missing."""
        module, _, attribute = self.place.partition(":")
        try:
            found = getattr(import_module(module), attribute)
        except ModuleNotFoundError as missing:
            raise self.lacks(name, missing) from missing
        if isinstance(found, typer.Typer):
            return get_command(found)
        app = typer.Typer(add_completion=False)
        app.command(name)(found)
        return get_command(app)

    def lacks(self, name: str, missing: ModuleNotFoundError) -> InputError:
        """What to say when an import fails. A missing module of our own is a bug: raised as is."""
        if self.extra is None or (missing.name or "").partition(".")[0] == "earshot":
            raise missing
        return InputError(
            f"`{name}` needs the package {missing.name}, which is not installed:"
            f" pip install 'earshot[{self.extra}]'"
        )


class LazyGroup(TyperGroup):
    """A group of `table`'s commands. Expected errors become one line and an exit code here."""

    table: ClassVar[Mapping[str, LazyCommand]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, lazy in self.table.items():
            self.commands[name] = TyperCommand(name, help=lazy.help)  # for --help alone

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None and name in self.table:
            command = self.table[name].load(name)
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            return self._invoke_with_extras(ctx)
        except EarshotError as error:
            print(f"error: {error.message}", file=sys.stderr)
            raise typer.Exit(error.exit_code) from error

    def _invoke_with_extras(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as missing:
            name = ctx.invoked_subcommand
            if name not in self.table:
                raise
            raise self.table[name].lacks(name, missing) from missing


def lazy_app(table: Mapping[str, LazyCommand], help: str) -> typer.Typer:  # noqa: A002
    """A Typer app of these commands."""
    group = type("Group", (LazyGroup,), {"table": table})
    app = typer.Typer(cls=group, no_args_is_help=True, add_completion=False, help=help)
    app.callback()(_no_options)
    return app


def _no_options() -> None:
    """Typer makes a group only of an app that has a callback or commands of its own."""
