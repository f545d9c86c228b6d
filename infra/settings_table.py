"""The settings as Markdown tables: what docs/deploy.md holds between its markers."""

import re
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from earshot.settings import MIB
from infra.rules import Rule
from infra.settings import Settings

BULK_PREFIX = "bulk_"  # of the settings that have a table of their own
TABLES = ("main", "bulk")


def settings_table(name: str) -> str:
    """The table of the bulk lane's settings, or of all others."""
    head = "| setting | default | may be | what it is |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{setting}` | {_default(setting, field)} | {_allowed(field)} | {field.description} |\n"
        for setting, field in Settings.model_fields.items()
        if setting != "local" and setting.startswith(BULK_PREFIX) == (name == "bulk")
    )


def with_tables(page: str) -> str:
    """The page with its tables made anew. Raises ValueError if one has no place in it."""
    for name in TABLES:
        begin, end = f"<!-- settings: {name} -->\n", f"<!-- end of settings: {name} -->"
        pattern = re.compile(f"({re.escape(begin)}).*?({re.escape(end)})", re.DOTALL)
        table = settings_table(name)
        page, found = pattern.subn(lambda match: f"{match[1]}\n{table}\n{match[2]}", page)  # noqa: B023
        if found != 1:
            raise ValueError(f"the page must hold {begin.strip()} once, and its end")
    return page


def _allowed(field: FieldInfo) -> str:
    (rule,) = _rules(field.metadata)
    return rule.allowed.replace("|", "\\|")


def _rules(metadata: list[Any]) -> Iterator[Rule]:
    return (one for one in metadata if isinstance(one, Rule))


def _default(setting: str, field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return ""
    if setting.endswith("_bytes"):
        return f"{value} ({value // MIB} MiB)"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"
