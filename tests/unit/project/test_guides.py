"""CHANGELOG, CONTRIBUTING and SECURITY say what is so."""

import re
from dataclasses import fields
from typing import Any

import earshot
from earshot.audio import child, decode, sandbox
from earshot.audio.limits import Limits
from tests.unit.project.repository import ROOT, read, targets


def released() -> list[tuple[str, str]]:
    """The versions of the changelog, newest first, each with its date or "Unreleased"."""
    return re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)$", read("CHANGELOG.md"), re.MULTILINE)


def test_the_packages_version_is_in_the_changelog() -> None:
    version = earshot.__version__
    assert version in dict(released())


def test_the_changelog_tells_the_newest_first_with_dates() -> None:
    numbers = [tuple(map(int, version.split("."))) for version, _ in released()]
    assert numbers == sorted(set(numbers), reverse=True)
    dates = [date for _, date in released()]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", date) for date in dates[1:])
    assert dates[0] == "Unreleased" or dates == sorted(dates, reverse=True)
    known = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.+)$", read("CHANGELOG.md"), re.MULTILINE)) <= known


def test_commands_and_folders_in_the_guides_exist() -> None:
    text = read("CONTRIBUTING.md") + read("SECURITY.md") + read(".github/PULL_REQUEST_TEMPLATE.md")
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE)) <= targets()
    named = [name for row in re.findall(r"^\| (`.+?`) \|", text, re.M) for name in row.split(", ")]
    folders = [name.strip("`") for name in named if name.strip("`").endswith(("/", ".py"))]
    assert len(folders) >= 10
    for folder in folders:
        assert list(ROOT.glob(folder)), folder
    for path in re.findall(r"`((?:lambdas|tests|docs)/[\w./]+)`", text):
        assert (ROOT / path).exists(), path


def test_the_tiers_are_those_of_the_makefile() -> None:
    (tiers,) = re.findall(r"^TIERS := (.+)$", read("Makefile"), re.MULTILINE)
    told = re.findall(
        r"^\| `(tests/\w+)` \| `make ([\w-]+)`", read("CONTRIBUTING.md"), re.MULTILINE
    )
    assert [tier for tier, _ in told] == tiers.split()
    assert {target for _, target in told} <= targets()


def test_security_md_states_the_limits_of_the_decoder() -> None:
    default: dict[str, Any] = {field.name: field.default for field in fields(Limits)}
    limits = dict(re.findall(r"^\| (.+?) \| (.+?) \|", read("SECURITY.md"), re.MULTILINE))
    stall = default["stall_seconds"]
    said = {
        "address space beyond what the idle decoder maps": f"{default['memory_bytes'] >> 20} MiB",
        "processor time": f"{default['cpu_seconds']} s",
        "open files": str(child.MAX_OPEN_FILES),
        "time without a block of sound": f"{stall} s; the caller gives up after "
        f"{stall + decode._REPORT_MARGIN_S:g} s",
        "length of the sound": f"{default['max_seconds'] / 3600:g} hours by default",
        "size of the file": f"{default['max_bytes'] >> 30} GiB by default",
        "sound in a file, by its size": f"{default['max_seconds_per_kib']:g} s a KiB, after the "
        f"first {default['expansion_free_seconds'] / 60:g} minutes",
    }
    for limit, value in said.items():
        assert limits[limit].startswith(value), limit
    for name in (*sandbox._ENVIRONMENT, "PYTHONPATH"):
        assert f"`{name}`" in limits["environment"]
