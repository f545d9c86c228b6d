"""MiniStack, taught one thing: SNS's filter policies look into the arrays of a message's body.

S3's events are such, `{"Records": [{"s3": {"object": {"key": …}}}]}`, and the routing to the lanes
goes by them. On AWS an array matches if any of its members does ("Payload-based message filtering"
in SNS's guide). Run as a program, it is `python -m ministack`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ministack.services import sns

Found = tuple[bool, list[Any], bool]  # is it there, its values, is there anything at all


def body_lookup(body: Mapping[str, Any] | Sequence[Any]) -> Callable[[str], Found]:
    """What the emulator asks a message's body by, for an object and for an array of them."""
    members = [body] if isinstance(body, Mapping) else body
    objects = [one for one in members if isinstance(one, Mapping)]

    def lookup(key: str) -> Found:
        found = [one[key] for one in objects if one.get(key) is not None]
        values = [value for one in found for value in (one if isinstance(one, list) else [one])]
        return bool(found), values, any(objects)

    def child(key: str) -> Callable[[str], Found] | None:
        inside = [one for one in lookup(key)[1] if isinstance(one, Mapping)]
        return body_lookup(inside) if inside else None

    lookup.child = child  # type: ignore[attr-defined]
    return lookup


sns._body_lookup = body_lookup

if __name__ == "__main__":
    from ministack.app import main

    main()
