"""What a page shows of a passage, packed so that it comes with the candidates.

A page shows ten of a hundred candidates, but which ten is known only when they are in order. To ask
for the ten by a second request took longer than to have all hundred brought and to open ten.
"""

import binascii
import json
import zlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from earshot.recordings import details

FIELDS = (
    "recording_id", "key", "text", "start", "end", "words", "duration", "age", "gender", "accent",
    "source", "model", "uploaded_at", "playback", "confidence", "estimated_times", *details.FIELDS,
)  # fmt: skip
FORMAT = b"1"  # of the packed values; to be raised when they, or FIELDS, change


def pack(document: Mapping[str, Any]) -> str:
    """For the engine: base64."""
    values = json.dumps([document.get(name) for name in FIELDS], separators=(",", ":"))
    return b64encode(FORMAT + zlib.compress(values.encode())).decode()


def unpack(packed: str) -> dict[str, Any] | None:
    """From the engine, whose doc values come without padding; None from what older code wrote."""
    content = binascii.a2b_base64(packed + "==")  # it takes more padding than it needs
    if not content.startswith(FORMAT):
        return None
    values = json.loads(zlib.decompress(content[len(FORMAT) :]))
    return {name: value for name, value in zip(FIELDS, values, strict=True) if value is not None}
