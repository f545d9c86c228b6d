"""What its owner says of a recording: title, speaker, place, when, collection, tags.

It comes from three sides, and each is kept by itself: what was given with the sound (metadata of
the object), a sidecar beside it (`talk.mp3.json`), and corrections by the API. The later named
wins, field by field. None of it is part of the transcript, so it outlives the next one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.moments import moment
from earshot.recordings.metadata import decoded, tidied

TEXTS = {"title": 200, "speaker": 100, "place": 100, "collection": 100}  # the most characters
MAX_TAGS, MAX_TAG_CHARS = 20, 64
FIELDS = (*TEXTS, "recorded_at", "tags")
# The attributes of an item that hold what came from each side, the weakest first.
GIVEN, SIDECAR, CORRECTED = SIDES = ("details_given", "details_sidecar", "details_corrected")
SIDECAR_FAULT = "sidecar_fault"
ATTRIBUTES = (*SIDES, SIDECAR_FAULT)

Values = Mapping[str, Any]  # FIELDS to a text, or a list of texts; only those that were said


@dataclass(frozen=True, slots=True)
class Details:
    """Empty where nobody said. `recorded_at` is a day or a time in UTC (ISO 8601)."""

    title: str = ""
    speaker: str = ""
    place: str = ""
    collection: str = ""
    recorded_at: str = ""
    tags: tuple[str, ...] = ()


def merged(item: Mapping[str, Any]) -> Details:
    """The details of an item: of each field what the strongest side says."""
    said: dict[str, Any] = {}
    for side in SIDES:
        said |= {name: value for name, value in item.get(side, {}).items() if name in FIELDS}
    return Details(**said | {"tags": tuple(said.get("tags", ()))})


def checked(values: Values) -> dict[str, Any]:
    """The fields that are there, tidied. Raises ValueError, which names the one that is wrong."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name == "tags":
            found[name] = _tags(value)
        elif not isinstance(value, str):
            raise ValueError(f"{name} must be a text")
        elif name == "recorded_at":
            found[name] = _when(value)
        elif len(text := tidied(value)) > TEXTS[name]:
            raise ValueError(f"{name} has at most {TEXTS[name]} characters")
        else:
            found[name] = text
    return found


def from_metadata(metadata: Mapping[str, str]) -> dict[str, Any]:
    """Of an object's metadata (`x-amz-meta-title: …`, `-recorded-at`, `-tags: a, b`); what is too
    long is cut, and what is wrong is left out, because nobody is there to be told."""
    named = {name.lower().replace("-", "_"): value for name, value in decoded(metadata).items()}
    return cut({name: named[name] for name in FIELDS if named.get(name, "").strip()})


def cut(texts: Mapping[str, str]) -> dict[str, Any]:
    """Fields that came as bare text, as in a table; tags are separated by commas."""
    found: dict[str, Any] = {}
    for name, value in texts.items():
        if name == "tags":
            some = [tidied(tag)[:MAX_TAG_CHARS].strip() for tag in value.split(",")]
            found[name] = list(dict.fromkeys(tag for tag in some if tag))[:MAX_TAGS]
        elif name == "recorded_at":
            try:
                found[name] = _when(value)
            except ValueError:
                continue
        else:
            found[name] = tidied(value)[: TEXTS[name]].strip()
    return found


def from_sidecar(content: bytes) -> dict[str, Any]:
    """What a sidecar says; fields that are none of ours are passed over. Raises ValueError."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    if not isinstance(told, dict):
        raise ValueError("it is not a JSON object")
    return checked({name: told[name] for name in FIELDS if told.get(name) is not None})


def _tags(value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(tag, str) for tag in value):
        raise ValueError("tags must be a list of texts")
    tags = list(dict.fromkeys(tag for one in value if (tag := tidied(one))))
    if len(tags) > MAX_TAGS or any(len(tag) > MAX_TAG_CHARS for tag in tags):
        raise ValueError(f"there are at most {MAX_TAGS} tags of {MAX_TAG_CHARS} characters")
    return tags


def _when(value: str) -> str:
    if not value.strip():
        return ""
    try:
        return moment(value.strip())
    except ValueError as error:
        raise ValueError(f"recorded_at: {error}") from None


def joined(details: Values) -> dict[str, str]:
    """As object metadata holds them: one text each."""
    return {
        name.replace("_", "-"): ", ".join(value) if name == "tags" else value
        for name, value in details.items()
        if value
    }
