"""Days and times as they are given: ISO 8601, and nothing that only looks like it."""

import re
from datetime import UTC, date, datetime

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def moment(text: str) -> str:
    """The day as it is, or the time in UTC. Raises ValueError."""
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        if _DAY.match(text):
            # In an address "+" is a blank, which is what comes of an offset that nobody quoted.
            time = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
            aware = time if time.tzinfo else time.replace(tzinfo=UTC)
            return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        pass
    raise ValueError("a day or a time is wanted, such as 2024-05-01 or 2024-05-01T12:00:00Z")
