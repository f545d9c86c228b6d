"""What the repository's pages point at is there."""

import re

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
