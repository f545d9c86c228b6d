"""The JSON files of a model folder."""

import json
from pathlib import Path
from typing import Any

from earshot.errors import ModelError


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`. Raises ModelError if there is none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"The model has no {path.name}.") from None
    except ValueError:
        raise ModelError(f"The model's {path.name} is not JSON.") from None
    if not isinstance(value, dict):
        raise ModelError(f"The model's {path.name} is not a JSON object.")
    return value
