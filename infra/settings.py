"""What a deployment may choose: CDK context turned into a typed object.

A wrong value is refused when the app is synthesized: the CDK accepts much that AWS refuses after
half an hour. The fields stand in choices_*.py; the tables in docs/deploy.md are made of them
(`python -m scripts settings-table`).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field, ValidationError, model_validator

from earshot.sizes import function_disk_mib
from infra import context
from infra.choices_bulk import BulkChoices
from infra.choices_core import DEFAULT_MODEL, CoreChoices
from infra.choices_operator import OperatorChoices
from infra.choices_reading import ReadingChoices
from infra.conflicts import conflicts
from infra.context import SettingsError
from infra.local import LOCAL_DEFAULTS, NEEDED, OF_READING, ON_AWS_ALONE, Local
from infra.retention import retention

if TYPE_CHECKING:
    from constructs import Node

ROOT = Path(__file__).resolve().parent.parent

# The head of the default model's repository, whose files have not changed since 2022.
DEFAULT_REVISION = "bdeaacdf88f7a155f50a2704bc967aa81fbbb2ab"
OTHER_REVISION = "main"  # of a model that the operator names without a revision


class Settings(BulkChoices, ReadingChoices, OperatorChoices, CoreChoices):
    """One deployment. Every field but `local` is a context key: `cdk deploy -c log_days=7`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    local: Local | None = Field(None, description="The emulator's, with target=local.")

    @model_validator(mode="after")
    def _agree(self) -> "Settings":
        if found := list(conflicts(self)):
            raise ValueError("\n".join(found))
        return self

    @property
    def audio_disk_mib(self) -> int:
        """What /tmp must hold for the largest file."""
        return function_disk_mib(self.max_audio_bytes)

    @property
    def function_model(self) -> str | None:
        """What functions are told of their model; on AWS their image says it."""
        return self.local.local_model if self.local else None

    @property
    def function_writer(self) -> str | None:
        """As `function_model`, of the writer."""
        return self.local.local_writer if self.local else None

    @property
    def model_name(self) -> str:
        """What the API calls the model: its hub id, or its folder's name."""
        source = self.function_model or self.model
        is_folder = source.startswith(("models/", "/"))
        return Path(source).name if is_folder else source

    @property
    def build_args(self) -> dict[str, str]:
        """What both images are built with."""
        pinned = DEFAULT_REVISION if self.model == DEFAULT_MODEL else OTHER_REVISION
        revision = self.model_revision or pinned
        return {
            "MODEL": self.model,
            "REVISION": revision,
            "WRITER": self.writer,
            "WRITER_REVISION": self.writer_revision,
        }

    @property
    def subnets(self) -> list[str]:
        """Of the operator's VPC; none without one."""
        return self.vpc_subnet_ids.split(",") if self.vpc_subnet_ids else []

    @property
    def builds_an_image(self) -> bool:
        return not self.local and not (self.image and (self.bulk_image or not self.bulk))

    @property
    def tls(self) -> bool:
        return self.local is None

    @property
    def retain(self) -> bool:
        return self.local is None or self.local.local_keeps

    @property
    def observed(self) -> bool:
        return self.local is None

    @property
    def log_retention(self) -> Any:
        return retention(self.log_days)

    @classmethod
    def from_context(cls, node: "Node") -> "Settings":
        """Settings from CDK context. Raises SettingsError, which names all that is wrong."""
        given = context.own(node.get_all_context())
        # "" is no file: what tests and others say who want the defaults.
        file = given.pop("settings_file", None)
        values = {**({} if file == "" else context.own_file(ROOT, file)), **given}
        target = values.pop("target", "aws")
        local = {name: values.pop(name) for name in Local.model_fields if name in values}
        settings = cls.from_values(values, target, local)
        if settings.builds_an_image:
            for name in ("model", "writer"):
                folder = getattr(settings, name)
                if folder.startswith("models/") and not (ROOT / folder).is_dir():
                    raise SettingsError(f"{name} is {folder}, but there is no such folder here")
        return settings

    @classmethod
    def from_values(
        cls,
        values: Mapping[str, Any],
        target: str = "aws",
        local: Mapping[str, Any] | None = None,
    ) -> "Settings":
        """As `from_context`, of settings by name; `local` are those of `target` "local"."""
        wrong: list[str] = []
        if target not in ("aws", "local"):
            wrong.append(f"target must be aws or local, not {target!r}")
        if target == "aws":
            wrong += [f"{name} goes with target=local" for name in local or {}]
        elif target == "local" and (missing := sorted(set(NEEDED) - set(local or {}))):
            wrong.append(f"target=local needs -c {' -c '.join(f'{one}=…' for one in missing)}")
        known = set(cls.model_fields) - {"local"}
        wrong += context.unknown(values, {*known, *Local.model_fields, "target"})
        if wrong:
            raise SettingsError("\n".join(wrong))
        try:
            if target == "aws":
                return cls(**values)
            switches = Local(**(local or {}))
            left_out = (*ON_AWS_ALONE, *(() if switches.local_private else OF_READING))
            here = {name: one for name, one in values.items() if name not in left_out}
            return cls(**(LOCAL_DEFAULTS | here), local=switches)
        except ValidationError as error:
            raise SettingsError("\n".join(context.sentences(error))) from error
