"""From CDK context to names and values, and from what is wrong with them to sentences."""

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from infra.rules import nearest

OWN_FILE = "earshot.json"  # the operator's, beside cdk.json and not tracked


class SettingsError(ValueError):
    """Every setting that is wrong, a sentence each, a line each."""


def own(context: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of the context without what is the CDK's, and without what is null.

    The CDK's own keys hold a colon or slash (`@aws-cdk/core:…`, `availability-zones:account=…`),
    but for the notices that `cdk acknowledge` remembers.
    """
    return {
        name: value
        for name, value in context.items()
        if value is not None and not set(name) & {":", "/"} and name != "acknowledged-issue-numbers"
    }


def own_file(folder: Path, name: str | None) -> Mapping[str, Any]:
    """The settings in the operator's own file in `folder`: `name`, or earshot.json if it is there.

    Raises SettingsError if it is no JSON object, and if a file that was named is not there.
    """
    path = folder / (name or OWN_FILE)
    if name is None and not path.exists():
        return {}
    try:
        values = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path.name} can't be read as JSON: {error}") from error
    if not isinstance(values, dict):
        raise SettingsError(f"{path.name} must hold one JSON object, not {type(values).__name__}")
    return values


def unknown(names: Collection[str], known: Collection[str]) -> Iterator[str]:
    """A sentence for each name that no setting has."""
    for name in names:
        if name not in known:
            yield f"{name} is not a setting{nearest(name, known)}"


def sentences(error: ValidationError) -> Iterator[str]:
    """What Pydantic found, in words that name the setting."""
    for one in error.errors():
        reason = str(one["ctx"]["error"]) if one["type"] == "value_error" else one["msg"]
        yield " ".join([*(str(part) for part in one["loc"]), reason])
