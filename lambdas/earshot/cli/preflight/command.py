"""`earshot preflight`: asks the account and this machine before `cdk deploy` does."""

from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from earshot.cli.preflight.account import account
from earshot.cli.preflight.findings import State, read_plan
from earshot.cli.preflight.machine import machine


def preflight(
    settings: Annotated[
        Path | None, typer.Option(help="The operator's settings; earshot.json if it is there.")
    ] = None,
    replace_search: Annotated[
        bool, typer.Option("--replace-search", help="The search domain is meant to be replaced.")
    ] = False,
) -> None:
    """Whether this account, this machine and these settings can be deployed.

    Asks and changes nothing. Exit code 1 if something would stop the deployment.
    """
    plan = read_plan(Path.cwd(), settings)
    stopped = False
    session: Any = boto3.Session()
    for finding in (*machine(plan), *account(session, plan)):
        if finding.what == "search domain" and replace_search:
            continue
        print(f"{finding.state:<5} {finding.what}: {finding.said}")
        stopped |= finding.state is State.STOPS
    raise typer.Exit(1 if stopped else 0)
