"""`earshot keys`: the named keys of a deployment's API."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from earshot.access.keys import Key, Scope, mint
from earshot.access.store import Keys
from earshot.cli.options import Stack
from earshot.cli.outputs import NoDeployment, find
from earshot.errors import InputError

app = typer.Typer(no_args_is_help=True, help="Named keys of the API: create, list, revoke, rotate.")

Name = Annotated[str, typer.Argument(help="Who has the key, as `archive-team`.")]


@app.command()
def create(
    name: Name,
    scope: Annotated[list[Scope], typer.Option(help="What it may do; several times.")],
    days: Annotated[int | None, typer.Option(min=1, help="Days until it ends.")] = None,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Requests a minute; no limit if not given.")
    ] = None,
    stack: Stack = None,
) -> None:
    """Make a key and print it. It is shown this once, and kept nowhere."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise InputError("A name has up to 64 letters, digits, dots, hyphens and underscores.")
    keys = _keys(stack)
    if any(one.name == name for one in _valid(keys)):
        raise InputError(f"{name} has a key already: `earshot keys rotate {name}` replaces it.")
    lifetime = timedelta(days=days) if days else None
    key, text = mint(name, frozenset(scope), lifetime=lifetime, per_minute=per_minute)
    keys.add(key)
    print(text)


@app.command("list")
def list_(stack: Stack = None) -> None:
    """Print the keys there are, those too that ended in the last 90 days."""
    now = datetime.now(UTC)
    row = "{:<9} {:<20} {:<31} {:<17} {:<17} {:<8} {}"
    print(row.format("id", "name", "scopes", "last used", "ends", "a minute", "state"))
    for key in _keys(stack).all():
        end = key.revoked_at or key.expires_at
        state = "valid" if key.is_valid(now) else "revoked" if key.revoked_at else "expired"
        limit = str(key.per_minute or "-")
        scopes = ",".join(one for one in Scope if one in key.scopes)
        print(
            row.format(
                key.key_id, key.name, scopes, _moment(key.last_used_at), _moment(end), limit, state
            ).rstrip()
        )


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="A key's id, or a name: then every key of it.")],
    stack: Stack = None,
) -> None:
    """End a key. Within a minute, no function takes it any more."""
    keys = _keys(stack)
    found = [one for one in _valid(keys) if key in (one.key_id, one.name)]
    if not found:
        raise InputError(f"There is no valid key {key}; `earshot keys list` shows them.")
    for one in found:
        keys.end(one, datetime.now(UTC), revoked=True)
        print(f"{one.key_id} {one.name} is revoked.")


@app.command()
def rotate(
    name: Name,
    overlap_hours: Annotated[
        int, typer.Option(min=0, help="Hours in which the old key is still taken.")
    ] = 24,
    stack: Stack = None,
) -> None:
    """Print a new key that may do the same; the old one ends after the overlap."""
    keys = _keys(stack)
    now = datetime.now(UTC)
    old = [one for one in _valid(keys) if one.name == name]
    if not old:
        raise InputError(f"There is no valid key {name}; `earshot keys list` shows them.")
    latest = old[-1]
    lifetime = latest.expires_at - latest.created_at if latest.expires_at else None
    fresh, text = mint(name, latest.scopes, lifetime=lifetime, per_minute=latest.per_minute)
    keys.add(fresh)
    end = now + timedelta(hours=overlap_hours)
    for one in old:
        if one.expires_at is None or one.expires_at > end:
            keys.end(one, end, revoked=False)
    print(text)


def _keys(stack: str | None) -> Keys:
    target = find(stack)
    if not target.keys_table:
        raise NoDeployment("This deployment is older than named keys: deploy this version first.")
    return Keys(target.resource("dynamodb").Table(target.keys_table))


def _valid(keys: Keys) -> list[Key]:
    now = datetime.now(UTC)
    return [one for one in keys.all() if one.is_valid(now)]


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%MZ") if moment else "-"
