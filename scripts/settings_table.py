"""The tables of settings in docs/deploy.md, made of the settings themselves."""

from typing import Annotated

import typer

from scripts import ROOT

PAGE = ROOT / "docs" / "deploy.md"


def settings_table(
    write: Annotated[bool, typer.Option(help="Put the tables into docs/deploy.md.")] = False,
) -> None:
    """Print the tables of settings, or write them into docs/deploy.md."""
    from infra.settings_table import TABLES, settings_table, with_tables

    if write:
        PAGE.write_text(with_tables(PAGE.read_text()))
        typer.echo("wrote docs/deploy.md")
        return
    for name in TABLES:
        typer.echo(settings_table(name))
