"""What a check found, and what a deployment is going to be."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from earshot.errors import InputError
from earshot.sizes import Sizes

SIZES = Sizes()


class State(StrEnum):
    FINE = "ok"
    LOOK = "look"  # can't be found out from here, or stops nothing yet
    STOPS = "STOP"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `said` says what to ask for where it is not fine."""

    what: str
    state: State
    said: str


class Session(Protocol):
    """As much of boto3's as is needed here."""

    @property
    def region_name(self) -> str | None: ...
    def client(self, service: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings that decide whether an account can take the deployment."""

    stack_name: str = "Earshot"
    model: str = "facebook/wav2vec2-large-960h"
    image: str | None = None
    bulk_image: str | None = None
    opensearch_url: str | None = None
    kms_key_arn: str | None = None
    vpc_id: str | None = None
    vpc_subnet_ids: str | None = None
    transcribe_memory_mib: int = SIZES.transcribe_memory_mib
    transcribe_concurrency: int = 10
    table_indexes: int = 3
    bulk: bool = False
    bulk_instances: str = SIZES.bulk_instances
    bulk_max_workers: int = 4
    bulk_on_demand_base: int = 1

    @property
    def builds_an_image(self) -> bool:
        return not self.image or (self.bulk and not self.bulk_image)


def read_plan(folder: Path, settings_file: Path | None = None) -> Plan:
    """The plan of a checkout: what cdk.json says over what the operator's file says.

    Raises InputError when a file can't be read, and for text where a number or a flag belongs.
    """
    own = settings_file or folder / "earshot.json"
    values: dict[str, Any] = {}
    if settings_file or own.exists():
        values |= _object(own)
    if (folder / "cdk.json").exists():
        values |= _object(folder / "cdk.json").get("context", {})
    fields = Plan.__dataclass_fields__
    return Plan(
        **{
            name: _typed(name, value, getattr(Plan(), name))
            for name, value in values.items()
            if name in fields and value is not None
        }
    )


def _object(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} can't be read as JSON: {error}.") from error
    if not isinstance(value, dict):
        raise InputError(f"{path.name} is not a JSON object.")
    return value


def _typed(name: str, value: Any, like: Any) -> Any:
    """JSON has numbers and flags, and the CDK takes text for them."""
    text = str(value).lower()
    if isinstance(like, bool):
        if text not in ("true", "false"):
            raise InputError(f"{name} must be true or false, not {value!r}.")
        return text == "true"
    if isinstance(like, int):
        if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
            raise InputError(f"{name} must be a whole number, not {value!r}.")
        return int(text)
    if not isinstance(value, str):
        raise InputError(f"{name} must be text, not {value!r}.")
    return value
