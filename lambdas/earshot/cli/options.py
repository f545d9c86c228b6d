"""Options that several commands have."""

from typing import Annotated

import typer

Stack = Annotated[
    str | None, typer.Option("--stack", help="A stack on AWS; the local one if not given.")
]
