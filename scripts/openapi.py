"""Write the API's description to docs/openapi.json, where changes to it show up in review."""

import json

import typer

from scripts import ROOT

FILE = ROOT / "docs" / "openapi.json"


def openapi() -> None:
    """Write docs/openapi.json from the API's code."""
    FILE.write_text(document())
    typer.echo("wrote docs/openapi.json")


def document() -> str:
    """The OpenAPI document of the API as it is now."""
    from api.app import create_app

    return json.dumps(create_app().openapi(), indent=1, ensure_ascii=False) + "\n"
