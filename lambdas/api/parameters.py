"""Parameters that a route does not know are refused: a misspelt one would be a filter lost."""

from collections.abc import Iterator
from typing import Any

from fastapi import Depends, Request

from earshot.errors import InvalidRequest

_MAX_NAME_CHARS = 64


def refuse_unknown(request: Request) -> None:
    """Raise InvalidRequest that names those that the route does have."""
    known = list(dict.fromkeys(_names(request.scope["route"].dependant)))
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        name = "".join(letter for letter in unknown[0][:_MAX_NAME_CHARS] if letter.isalnum())
        raise InvalidRequest(f"There is no parameter {name}; there are {', '.join(known)}.")


def _names(dependant: Any) -> Iterator[str]:
    """Of the parameters of a route and of all that it depends on."""
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _names(inner)


OnlyKnownParameters = Depends(refuse_unknown)
