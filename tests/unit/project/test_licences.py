"""Whose work is in the repository, and under which licence."""

import hashlib
import re
import tomllib

from tests.unit.project.repository import ROOT, read, tracked

APACHE_2_0 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"


def test_the_licence_is_apache_2_0_unchanged() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2_0


def notices() -> list[tuple[str, str]]:
    """Each work of others that NOTICE names, and what it says of it."""
    parts = re.findall(r"^(\S.*)\n((?:    .+\n)+)", read("NOTICE"), re.MULTILINE)
    return [(name, re.sub(r"\s+", " ", body)) for name, body in parts]


def test_every_licence_that_notice_names_can_be_read() -> None:
    assert len(notices()) >= 6
    for name, body in notices():
        told = body.partition("Licence: ")[2].split()
        links = [word for word in told if word.startswith("https://")]
        files = [word for word in told if "/" in word and word not in links]
        assert links or files, name
        for file in files:
            assert (ROOT / file).is_file(), f"{name}: {file}"


def test_what_notice_speaks_of_is_there() -> None:
    for name, body in notices():
        where = body.partition("Where: ")[2].partition(" From:")[0]
        for path in where.split(", "):
            assert (ROOT / path.strip()).exists(), f"{name}: {path}"


def test_notice_names_every_licence_in_the_repository() -> None:
    text = read("NOTICE")
    for path in tracked("*LICENSE*"):
        name = str(path.relative_to(ROOT))
        same = (ROOT / "models" / "demo" / path.name).exists()  # a second copy beside its weights
        assert name in text or (same and f"models/demo/{path.name}" in text), name


def test_the_package_carries_every_licence_of_what_is_in_it() -> None:
    patterns = tomllib.loads(read("pyproject.toml"))["project"]["license-files"]
    carried = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert {ROOT / "LICENSE", ROOT / "NOTICE", *(ROOT / "models").rglob("LICENSE*")} <= carried
