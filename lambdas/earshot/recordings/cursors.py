"""Where a page of recordings ends, as text that clients hand back."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Literal

from earshot.errors import InvalidRequest
from earshot.recordings.ids import MAX_KEY_BYTES

Order = Literal["key", "uploaded", "updated", "changed"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last place shown, in an order. `began` is the latest change when a walk by change
    or upload began; `changed` is the end of such a walk, over what changed since."""

    order: Order
    place: str
    began: str = ""


def encode(cursor: Cursor) -> str:
    content = json.dumps([cursor.order, cursor.place, cursor.began], ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).decode()


def decode(text: str, *orders: Order) -> Cursor:
    """Raises InvalidRequest for what `encode` did not make of one of these orders."""
    try:
        decoded = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, binascii.Error, RecursionError):
        decoded = None
    match decoded:
        case [str(order), str(place), str(began)]:
            for one in orders:
                if one == order and _is_place(place) and (one == "key" or _is_place(began)):
                    return Cursor(one, place, began)
    raise InvalidRequest("The cursor is not one that this API gave out for this order.")


def _is_place(text: str) -> bool:
    """Whether the table can hold it: JSON may have halves of characters, which it can't."""
    try:
        return 1 <= len(text.encode()) <= MAX_KEY_BYTES
    except UnicodeEncodeError:
        return False
