"""What the repository's pages point at is there."""

import re

from earshot.audio.formats import FORMATS
from tests.unit.project.repository import ROOT, read, tracked

FOLDERS = "containers|docs|earshot|infra|lambdas|models|samples|scripts|site|tests|training"


def test_files_that_pages_name_exist() -> None:
    named = {
        (page.relative_to(ROOT), path)
        for page in tracked("*.md")
        for path in re.findall(rf"`((?:{FOLDERS})/[\w./*-]+)`", page.read_text())
    }
    assert len(named) > 50
    assert not [
        (str(page), path)
        for page, path in sorted(named)
        if not [*ROOT.glob(path), *(ROOT / "lambdas").glob(path)]
    ]


def test_modules_of_the_page_that_its_readme_names_exist() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", read("site/README.md"), re.MULTILINE)
    named = {name.strip("`") for row in rows for name in row.split(", ")}
    modules = {path.name for path in (ROOT / "site" / "js").glob("*.js")}
    assert named
    assert named <= modules


def test_the_formats_that_the_guide_lists_are_those_that_are_read() -> None:
    rows = re.findall(
        r"^\| ([^|`]+) \| (`\..+`) \| `(\w+/.+)` \|$", read("docs/inputs.md"), re.MULTILINE
    )
    listed = [(name, tuple(re.findall(r"`\.(\w+)`", some)), kind) for name, some, kind in rows]
    assert listed == [(one.name, one.suffixes, one.media_type) for one in FORMATS]
