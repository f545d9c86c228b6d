import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from earshot.cli import outputs
from earshot.cli.drift import command as drift
from earshot.cli.drift.comparison import Finding, compare
from earshot.cli.drift.observation import Observation, loudness, observe
from earshot.cli.main import app
from earshot.recordings.record import Recording, Status
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from scripts import ROOT

PROVENANCE = Provenance("m", "f", "onnx", "greedy", "0")


def recording(day: str, text: str, confidence: float = 0.9, accent: str = "us", n: int = 0
              ) -> Recording:  # fmt: skip
    words = tuple(Word(w, i * 0.4, i * 0.4 + 0.3, confidence) for i, w in enumerate(text.split()))
    transcript = Transcript((Segment(words),), 0.4 * len(words) + 0.1 * (n % 7), PROVENANCE)
    return Recording(
        f"id{n}", f"clips/{n}.mp3", Status.DONE, 1, f"{day}T10:00:00.000Z",
        uploaded_at=f"{day}T10:00:00.000Z", facets={"accent": accent}, transcript=transcript,
    )  # fmt: skip


def period(seed: int, n: int = 200, shift: float = 0.0, accent: float = 0.3, errors: float = 0.1
           ) -> list[Observation]:  # fmt: skip
    rng = np.random.default_rng(seed)
    return [
        Observation(
            {"duration, s": rng.gamma(4) + shift, "confidence": rng.beta(8, 2)},
            {"accent": "scotland" if rng.random() < accent else "us"},
            int(rng.binomial(10, errors)),
            10,
        )
        for _ in range(n)
    ]


def accents(**counts: int) -> list[Observation]:
    return [Observation({}, {"accent": accent}) for accent, n in counts.items() for _ in range(n)]


def accent_finding(before: list[Observation], after: list[Observation]) -> Finding:
    (finding,) = compare(before, after)
    return finding


def drifted(before: list[Observation], after: list[Observation]) -> set[str]:
    return {finding.what for finding in compare(before, after) if finding.drifted}


def test_two_periods_of_the_same_kind_raise_no_alarm() -> None:
    assert not any(drifted(period(seed), period(seed + 1000)) for seed in range(15))


def test_what_changed_is_named_and_nothing_else() -> None:
    assert drifted(period(1), period(2, shift=2.0)) == {"duration, s"}
    assert drifted(period(1), period(2, accent=0.7)) == {"accent"}
    assert drifted(period(1), period(2, errors=0.25)) == {"word error rate"}


def test_a_significant_but_tiny_change_is_no_alarm() -> None:
    before, after = period(1, 5000), period(2, 5000, shift=0.15)
    duration = compare(before, after)[0]
    assert duration.p < 0.01
    assert not duration.drifted


@pytest.mark.parametrize("size", [100, 500, 5000])
def test_a_change_of_shares_is_as_large_however_unequal_the_periods(size: int) -> None:
    before, after = accents(us=size // 2, wales=size // 2), accents(us=90, wales=10)
    for finding in (accent_finding(before, after), accent_finding(after, before)):
        assert finding.drifted
        assert finding.effect == pytest.approx(0.436, abs=0.001)


def test_a_significant_but_tiny_change_of_shares_is_no_alarm() -> None:
    before, after = accents(us=25_000, wales=25_000), accents(us=2750, wales=2250)
    finding = accent_finding(before, after)
    assert finding.p < 0.01
    assert not finding.drifted


def test_shares_that_changed_altogether_have_the_greatest_effect() -> None:
    assert accent_finding(accents(us=900), accents(wales=100)).effect == pytest.approx(1)


@pytest.mark.parametrize(
    ("before", "after", "p"),
    [
        (accents(us=1000), accents(us=19, wales=1), 20 / 1020),
        (accents(us=600, india=400), accents(us=12, india=7, wales=1), 20 / 1020),
        (accents(us=40), accents(us=39, wales=1), 1.0),
    ],
)
def test_one_odd_recording_is_no_alarm_and_its_p_is_true(
    before: list[Observation], after: list[Observation], p: float
) -> None:
    finding = accent_finding(before, after)
    assert not finding.drifted
    assert finding.p == pytest.approx(p, abs=0.01)


@pytest.mark.parametrize(
    "before", [accents(us=5000), accents(us=2500, india=2500)], ids=["one value", "two values"]
)
def test_a_value_that_is_new_in_a_small_period_raises_an_alarm(before: list[Observation]) -> None:
    assert accent_finding(before, accents(us=10, india=10, wales=20)).drifted


def test_few_recordings_prove_nothing() -> None:
    assert compare(period(1, 10), period(2, 10, shift=9)) == []


def test_level_and_noise_are_measured_in_decibels() -> None:
    rng = np.random.default_rng(0)
    speech = np.where(np.arange(160_000) // 16_000 % 2, 0.1, 0.001) * rng.standard_normal(160_000)
    level, ratio = loudness(speech.astype(np.float32))
    assert level == pytest.approx(-23, abs=0.5)
    assert ratio == pytest.approx(40, abs=3)


def test_a_recording_is_observed_with_its_errors_where_it_has_a_reference() -> None:
    seen = observe(recording("2026-10-01", "the cat sat", n=3), {"3.mp3": "The cat sat down."})
    assert (seen.errors, seen.words) == (1, 4)
    assert seen.numbers["confidence"] == pytest.approx(0.9)
    assert seen.numbers["words a minute"] == pytest.approx(3 * 60 / 1.1)
    assert seen.facets == {"age": "unknown", "gender": "unknown", "accent": "us"}


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> list[Recording]:
    made: list[Recording] = []
    monkeypatch.setattr(outputs, "find", lambda stack: object())
    monkeypatch.setattr(drift, "recordings", lambda target: made)
    return made


def run(*arguments: str) -> tuple[int, str]:
    periods = ["--before", "2026-10-01..2026-10-31", "--after", "2026-11-01..2026-11-30"]
    result = CliRunner().invoke(app, ["drift", *periods, *arguments])
    return result.exit_code, result.output


def test_the_exit_code_tells_drift_from_steady_from_too_little(stored: list[Recording]) -> None:
    assert run()[0] == 1
    stored += [recording("2026-10-31", "one two three", n=n) for n in range(40)]
    stored += [recording("2026-11-01", "one two three", n=n) for n in range(40)]
    assert run()[0] == 0
    stored += [recording("2026-11-30", "one two three", 0.4, "indian", n) for n in range(60)]
    code, output = run()
    assert code == 3
    assert "DRIFT" in output


def test_references_give_a_word_error_rate(stored: list[Recording], tmp_path: Path) -> None:
    stored += [recording("2026-10-02", "one two three", n=n) for n in range(30)]
    stored += [recording("2026-11-02", "one too tree", n=n + 30) for n in range(30)]
    table = tmp_path / "said.csv"
    rows = "".join(f"clips/{n}.mp3,one two three\n" for n in range(60))
    table.write_text("filename,text\n" + rows)
    code, output = run("--references", str(table))
    assert code == 3
    assert "66.7%" in output


def test_a_reference_is_for_one_recording_and_what_is_left_is_named(
    stored: list[Recording], tmp_path: Path
) -> None:
    stored += [recording("2026-10-02", "one two three", n=n) for n in range(30)]
    stored += [recording("2026-11-02", "one too tree", n=n + 30) for n in range(30)]
    stored += [replace(recording("2026-11-02", "other words", n=59), key="another/59.mp3")]
    table = tmp_path / "said.csv"
    rows = "".join(f"clips/{n}.mp3,one two three\n" for n in range(1, 61))
    table.write_text("filename,text\n" + rows)
    code, output = run("--references", str(table))
    assert code == 3
    assert "66.7%" in output
    assert "doubtful: 59.mp3: 2 recordings have this name" in output
    assert "extra: 0.mp3: no row names it" in output
    assert "missing: 60.mp3: no recording of these periods" in output


def test_references_may_stand_between_tabs(stored: list[Recording], tmp_path: Path) -> None:
    stored += [recording("2026-10-02", "one two three", n=n) for n in range(30)]
    stored += [recording("2026-11-02", "one too tree", n=n + 30) for n in range(30)]
    table = tmp_path / "said.tsv"
    table.write_text("filename\ttext\n" + "".join(f"{n}.mp3\tone two three\n" for n in range(60)))
    assert "66.7%" in run("--references", str(table))[1]


def test_references_that_are_none_are_wrong_usage(stored: list[Recording], tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text("name,text\n0.mp3,one two three\n")
    code, output = run("--references", str(tmp_path / "said.csv"))
    assert code == 2
    assert "no column `filename`" in output


def test_a_deployment_that_is_not_there_is_wrong_usage_not_too_little_to_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def find(stack: str | None) -> None:
        raise outputs.NoDeployment("Nothing is deployed here.")

    monkeypatch.setattr(outputs, "find", find)
    assert run() == (2, "error: Nothing is deployed here.\n")


def test_a_picture_without_what_draws_it_is_a_sentence_and_wrong_usage(
    stored: list[Recording], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, output = run("--picture", str(tmp_path / "drift.png"))
    assert code == 2
    assert "--picture needs matplotlib" in output


@pytest.mark.slow("a process that imports the commands")
def test_who_operates_a_stack_needs_nothing_of_the_model_s_packages() -> None:
    def names(file: str) -> set[str]:
        lines = (ROOT / file).read_text().splitlines()
        return {line.partition("==")[0] for line in lines if "==" in line}

    operators = names("constraints.txt")  # what requirements.txt brings
    code = (
        "import sys, earshot.cli.drift.comparison;"
        " print(*{one.split('.')[0] for one in sys.modules})"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "lambdas", capture_output=True, text=True,
        check=True,
    ).stdout.split()  # fmt: skip
    assert "scipy" in operators.intersection(loaded)
    assert (names("requirements-model.txt") - operators).isdisjoint(loaded)


@pytest.mark.parametrize("text", ["yesterday", "2026-10-01", "2026-10-02..2026-10-01", "a..b"])
def test_a_period_that_is_none_is_wrong_usage(stored: list[Recording], text: str) -> None:
    arguments = ["--before", text, "--after", "2026-11-01..2026-11-30"]
    assert CliRunner().invoke(app, ["drift", *arguments]).exit_code == 2


def test_a_period_includes_its_last_day() -> None:
    october = drift.period("2026-10-01..2026-10-31")
    assert october.end == datetime(2026, 11, 1, tzinfo=UTC)
    assert october.holds("2026-10-31T23:59:59.999Z")
    assert not october.holds("2026-11-01T00:00:00.000Z")
