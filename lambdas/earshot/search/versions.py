"""The numbered indices behind an alias: `passages-1`, `passages-2` …

Exactly one of them answers to the alias and takes the writes. The one that did before is kept, with
the time at which it was retired, so that one can go back to it.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from earshot.search.mapping import MAPPING, index_body

_RETIRED = "retired_at"


@dataclass(frozen=True, slots=True)
class Version:
    """One index; `retired_at` is when it stopped to be the one behind the alias (ISO 8601)."""

    name: str
    number: int
    live: bool
    retired_at: str = ""


def versions(client: OpenSearch, alias: str) -> list[Version]:
    """All indices of this alias, the oldest first."""
    found: list[Version] = []
    answer = client.indices.get(index=f"{alias}-*", params={"expand_wildcards": "open"})
    for name, index in answer.items():
        number = name.removeprefix(f"{alias}-")
        if number.isdecimal():
            meta = index["mappings"].get("_meta", {})
            live = alias in index.get("aliases", {})
            found.append(Version(name, int(number), live, meta.get(_RETIRED, "")))
    return sorted(found, key=lambda version: version.number)


def live(client: OpenSearch, alias: str) -> Version | None:
    return next((one for one in reversed(versions(client, alias)) if one.live), None)


def previous(client: OpenSearch, alias: str) -> Version | None:
    """The one that was retired last."""
    retired = [one for one in versions(client, alias) if one.retired_at and not one.live]
    return max(retired, key=lambda version: version.retired_at, default=None)


def create(client: OpenSearch, alias: str, like: Version) -> str:
    """Make the next index, with replicas as `like` has them; nothing is refreshed yet."""
    name = f"{alias}-{max(one.number for one in versions(client, alias)) + 1}"
    settings = client.indices.get_settings(index=like.name)[like.name]["settings"]["index"]
    replicas = int(settings["number_of_replicas"])
    client.indices.create(
        index=name, body=index_body("-1", int(settings["number_of_shards"]), replicas)
    )
    return name


def serve(client: OpenSearch, name: str, like: Version) -> None:
    """Let the index refresh as `like` does, and show all that was written."""
    settings = client.indices.get_settings(index=like.name)[like.name]["settings"]["index"]
    interval = settings.get("refresh_interval", "1s")
    client.indices.put_settings(index=name, body={"index": {"refresh_interval": interval}})
    client.indices.refresh(index=name)


def widen(client: OpenSearch, name: str) -> None:
    """Give an older index the fields that this code writes. Raises RequestError if it can't."""
    client.indices.put_mapping(index=name, body={"properties": MAPPING["properties"]})


def swap(client: OpenSearch, alias: str, name: str, moment: str) -> None:
    """Put `name` behind the alias in one step: no search and no write finds nothing there."""
    before = [one.name for one in versions(client, alias) if one.live and one.name != name]
    actions: list[dict[str, Any]] = [
        {"remove": {"index": one, "alias": alias, "must_exist": True}} for one in before
    ]
    actions.append({"add": {"index": name, "alias": alias}})
    _note(client, name, "")
    client.indices.update_aliases(body={"actions": actions})
    for one in before:
        _note(client, one, moment)


def remove(client: OpenSearch, name: str) -> None:
    with suppress(NotFoundError):
        client.indices.delete(index=name)


def _note(client: OpenSearch, name: str, retired_at: str) -> None:
    meta = client.indices.get_mapping(index=name)[name]["mappings"].get("_meta", {})
    body = {"_meta": meta | {_RETIRED: retired_at}}
    client.indices.put_mapping(index=name, body=body)
