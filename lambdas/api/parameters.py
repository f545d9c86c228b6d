"""Parameters that a route does not know are refused: a misspelt one would be a filter lost."""

from typing import Any

from fastapi import Depends, Request

from earshot.errors import InvalidRequest

_MAX_NAME_CHARS = 64


def refuse_unknown(request: Request) -> None:
    """Raise InvalidRequest that names those that the route does have."""
    route: Any = request.scope["route"]
    known = [field.alias for field in route.dependant.query_params]
    unknown = [name for name in request.query_params if name not in known]
    if unknown:
        name = "".join(letter for letter in unknown[0][:_MAX_NAME_CHARS] if letter.isalnum())
        raise InvalidRequest(f"There is no parameter {name}; there are {', '.join(known)}.")


OnlyKnownParameters = Depends(refuse_unknown)
