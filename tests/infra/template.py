"""A synthesized template, with resources found by the names of their constructs in infra/."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

# The CDK ends a logical id with a hash of the construct's path.
_HASH = re.compile(r"[0-9A-F]{8}$")


@dataclass(frozen=True)
class Template:
    """What `cdk synth` wrote into `assembly` for one stack."""

    assembly: Path
    stack: str = "Earshot"

    @cached_property
    def path(self) -> Path:
        return self.assembly / f"{self.stack}.template.json"

    @cached_property
    def body(self) -> Mapping[str, Any]:
        body: Mapping[str, Any] = json.loads(self.path.read_text())
        return body

    def resources(self, kind: str) -> dict[str, Any]:
        """The resources of a type (`S3::Bucket`) by name: `AudioBucket`, `IngestionQueue` …"""
        return {
            name(logical_id): resource
            for logical_id, resource in self.body["Resources"].items()
            if resource["Type"] in (f"AWS::{kind}", f"Custom::{kind}")
        }

    def properties(self, kind: str) -> dict[str, Any]:
        return {key: one.get("Properties", {}) for key, one in self.resources(kind).items()}

    @cached_property
    def functions(self) -> dict[str, Any]:
        """Our own functions, by name, without those that the CDK adds for deployments."""
        found = self.properties("Lambda::Function")
        return {name: one for name, one in found.items() if "EARSHOT_" in str(one)}

    def statements(self, function: str) -> Iterator[Mapping[str, Any]]:
        """The policy statements of the function's role."""
        role = reference(self.functions[function]["Role"])
        for policy in self.properties("IAM::Policy").values():
            if role in [reference(one) for one in policy["Roles"]]:
                yield from policy["PolicyDocument"]["Statement"]


def name(logical_id: str) -> str:
    return _HASH.sub("", logical_id)


def reference(value: Any) -> str:
    """The name of the resource in a Ref or GetAtt, or in the first one of a Join."""
    match value:
        case {"Ref": str(target)}:
            return name(target)
        case {"Fn::GetAtt": [target, *_]}:
            return name(target)
        case {"Fn::Join": [_, parts]}:
            return next((reference(part) for part in parts if not isinstance(part, str)), "")
        case _:
            return str(value)


def listed(value: Any) -> list[Any]:
    """A list; IAM writes a list of one as the value itself."""
    return value if isinstance(value, list) else [value]
