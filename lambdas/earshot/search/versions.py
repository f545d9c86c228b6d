"""The numbered indices behind an alias: `passages-1`, `passages-2` …

Exactly one of them answers to the alias and takes the writes. The one that did before is kept, with
the time at which it was retired, so that one can go back to it.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError, RequestError

from earshot.errors import EarshotError
from earshot.search.mapping import MAPPING, index_body

_RETIRED = "retired_at"


class UnderWay(EarshotError):
    """Another process is making a new index of this alias, or did and was killed."""


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


def unfinished(client: OpenSearch, alias: str) -> list[Version]:
    """Those newer than the live one that never served: being made now, or left by a crash."""
    there = versions(client, alias)
    newest = max((one.number for one in there if one.live), default=0)
    return [one for one in there if one.number > newest and not one.retired_at]


def create(client: OpenSearch, alias: str, like: Version) -> str:
    """Make the next index; nothing is refreshed yet. Replicas that `like` was given by hand stay.

    Raises UnderWay when another one is being made: of two that do it at once, one gets the number.
    """
    there = versions(client, alias)
    if others := unfinished(client, alias):
        raise UnderWay(f"{others[-1].name} is being made already.")
    name = f"{alias}-{max(one.number for one in there) + 1}"
    settings = client.indices.get_settings(index=like.name)[like.name]["settings"]["index"]
    by_hand = settings.get("auto_expand_replicas", "false") == "false"
    replicas = int(settings["number_of_replicas"]) if by_hand else 0
    body = index_body("-1", int(settings["number_of_shards"]), replicas or None)
    try:
        client.indices.create(index=name, body=body)
    except RequestError as error:
        if error.error != "resource_already_exists_exception":
            raise
        raise UnderWay(f"{name} is being made already.") from error
    return name


def serve(client: OpenSearch, name: str, like: Version) -> None:
    """Let the index refresh as `like` does, and show all that was written.

    Its segments are merged into one while it serves already: a question looks dozens of terms up,
    and each of them in every segment.
    """
    settings = client.indices.get_settings(index=like.name)[like.name]["settings"]["index"]
    interval = settings.get("refresh_interval", "1s")
    client.indices.put_settings(index=name, body={"index": {"refresh_interval": interval}})
    client.indices.refresh(index=name)
    client.indices.forcemerge(
        index=name, params={"max_num_segments": 1, "wait_for_completion": "false"}
    )


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
