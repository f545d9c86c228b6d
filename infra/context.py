"""From CDK context to names and values, and from what is wrong with them to sentences."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from infra.rules import nearest


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
