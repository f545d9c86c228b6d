"""A file that few tests run needs a reason, and a reason that is not needed goes."""

import tomllib

from scripts import ROOT
from scripts.covered import EXCEPTIONS, complaints, percentages


def test_a_file_below_the_floor_without_a_reason_is_named() -> None:
    found = {"lambdas/a.py": 84.9, "lambdas/b.py": 85.0, "lambdas/c.py": 10.0}
    (complaint,) = complaints(found, {"lambdas/c.py": "It needs a GPU."})
    assert complaint.startswith("lambdas/a.py: the unit tests run 85 % of it")


def test_a_reason_that_is_not_needed_any_more_is_named() -> None:
    reasons = {"lambdas/a.py": "It was hard.", "lambdas/gone.py": "It was harder.", "b.py": "Hm."}
    stale = complaints({"lambdas/a.py": 90.0, "b.py": 89.0}, reasons)
    assert [one.partition(":")[0] for one in stale] == ["lambdas/a.py", "lambdas/gone.py"]


def test_an_empty_reason_is_none() -> None:
    assert len(complaints({"a.py": 1.0}, {"a.py": ""})) == 1


def test_shares_are_those_of_coverages_report() -> None:
    report = {"files": {"lambdas/a.py": {"summary": {"percent_covered": 50.0}}}}
    assert percentages(report) == {"lambdas/a.py": 50.0}


def test_every_reason_is_of_a_file_and_a_sentence() -> None:
    for path, reason in tomllib.loads(EXCEPTIONS.read_text()).items():
        assert (ROOT / path).is_file(), path
        assert reason.endswith("."), path
