"""The command that changes the code makes changes that count, and each exactly once."""

import ast

import pytest

from scripts import ROOT
from scripts.mutate.changes import Change, changes
from scripts.mutate.command import Mutant, drawn, mutate, targets

SOURCE = '''"""A docstring with 1 number."""

LIMIT = 3
PAUSE_S: float = 0.5


@dataclass(frozen=True)
def kept(n: int = 0) -> bool:
    return not n < LIMIT and n in (1, "é", -2)
'''


def lines(source: str) -> set[str]:
    return {change.made(source).splitlines()[change.line - 1].strip() for change in changes(source)}


def test_comparisons_signs_constants_and_flags_are_changed() -> None:
    assert lines(SOURCE) == {
        "LIMIT = 4",
        "PAUSE_S: float = 1.0",
        "def kept(n: int = 1) -> bool:",
        'return n < LIMIT and n in (1, "é", -2)',
        'return not n <= LIMIT and n in (1, "é", -2)',
        'return not n < LIMIT or n in (1, "é", -2)',
        'return not n < LIMIT and n not in (1, "é", -2)',
        'return not n < LIMIT and n in (2, "é", -2)',
        'return not n < LIMIT and n in (1, "é", 2)',
        'return not n < LIMIT and n in (1, "é", -3)',
    }


def test_what_guards_against_a_fault_of_ours_alone_is_left() -> None:
    assert lines("zip(a, b, strict=True)") == set()
    assert lines("zip(a, b, strict=False)") == {"zip(a, b, strict=True)"}


def test_a_change_is_made_only_where_its_text_stands() -> None:
    with pytest.raises(ValueError, match="line 1"):
        Change(1, 0, "<", "<=").made("a > b\n")


@pytest.mark.slow("thousands of changes are parsed")
def test_every_change_of_the_targets_is_still_python() -> None:
    for target in targets():
        source = (ROOT / target.module).read_text()
        for change in changes(source):
            ast.parse(change.made(source))


def test_all_targets_have_tests_and_changes() -> None:
    for target in targets():
        assert changes((ROOT / target.module).read_text()), target.module
        assert all((ROOT / test).exists() for test in target.tests), target.module


def test_what_is_listed_as_changing_nothing_is_still_a_change_of_its_module() -> None:
    for target in targets():
        source = (ROOT / target.module).read_text()
        made = {Mutant(target, change).line(source) for change in changes(source)}
        assert target.same.keys() <= made, target.module
        assert all(target.same.values()), "each says why"


def test_a_seed_makes_the_same_changes_again() -> None:
    chosen = targets()
    assert drawn(chosen, 20, 7) == drawn(chosen, 20, 7) != drawn(chosen, 20, 8)


@pytest.mark.slow("two runs of pytest, before the change and after")
def test_a_change_that_the_tests_of_a_module_notice_is_counted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    mutate(count=1, seed=1, only="speech/segments", at_least=0)
    assert " of 1 changes noticed" in capsys.readouterr().out
