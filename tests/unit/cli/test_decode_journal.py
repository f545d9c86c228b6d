"""What is finished stays finished, whatever the end was."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.journal import InUse, Journal
from earshot.cli.decoding.outcome import Fault, Heard, Outcome

OUTCOMES: dict[str, Outcome] = {
    "one": Heard("Words.", 1.5, "WORDS"),
    "two": Fault("corrupt", "It is damaged.", lasting=True),
    "three": Heard("é \u2028 \n", 0.0),
}


def clip(name: str, digest: str = "d") -> Clip:
    return Clip(0, name, Path(name), digest)


def test_a_journal_cut_anywhere_keeps_every_whole_line_and_goes_on(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    ends = []
    with Journal(whole, "s") as journal:
        for name, outcome in OUTCOMES.items():
            journal.add(clip(name), outcome)
            ends.append(whole.stat().st_size)
    content = whole.read_bytes()
    for cut in range(len(content) + 1):
        path = tmp_path / "cut"
        path.write_bytes(content[:cut])
        kept = [name for name, end in zip(OUTCOMES, ends, strict=True) if end <= cut]
        with Journal(path, "s") as journal:
            for name, outcome in OUTCOMES.items():
                assert journal.outcome(clip(name)) == (outcome if name in kept else None)
            journal.add(clip("four"), Heard("FOUR", 4.0))
        with Journal(path, "s") as journal:
            assert journal.outcome(clip("four")) == Heard("FOUR", 4.0)
            assert sum(journal.outcome(clip(name)) is not None for name in OUTCOMES) == len(kept)


@given(name=st.text(), text=st.text(), duration=st.floats(0, 1e6), heard=st.text())
def test_any_result_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str, duration: float, heard: str
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    with Journal(path, "s") as journal:
        journal.add(clip(name), Heard(text, duration, heard))
    with Journal(path, "s") as journal:
        assert journal.outcome(clip(name)) == Heard(text, duration, heard)


def test_a_journal_of_before_there_were_two_texts_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "j").write_text(
        '{"source": "s", "name": "a", "digest": "d", "text": "WORDS", "duration": 1.5}\n'
    )
    with Journal(tmp_path / "j", "s") as journal:
        assert journal.outcome(clip("a")) == Heard("WORDS", 1.5, by_listener="")


def test_lines_that_make_no_sense_hide_no_others(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path, "s") as journal:
        journal.add(clip("one"), OUTCOMES["one"])
    line = path.read_bytes()
    path.write_bytes(b"\0\0\0\n[]\n{}\n\xff\n" + line)
    with Journal(path, "s") as journal:
        assert journal.outcome(clip("one")) == OUTCOMES["one"]


def test_a_result_is_of_its_bytes_and_its_source(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path, "one model") as journal:
        journal.add(clip("a", "old"), Heard("OLD", 1.0))
    with Journal(path, "other model") as journal:
        assert journal.outcome(clip("a", "old")) is None
        journal.add(clip("a", "old"), Heard("OTHER", 1.0))
    with Journal(path, "one model") as journal:
        assert journal.outcome(clip("a", "old")) == Heard("OLD", 1.0)
        assert journal.outcome(clip("a", "new")) is None


def test_a_fault_that_may_pass_is_not_kept(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", "s") as journal:
        journal.add(clip("a"), Fault("unavailable", "Later.", lasting=False))
        assert journal.outcome(clip("a")) is None
    assert (tmp_path / "j").read_bytes() == b""


def test_one_process_writes_it_at_a_time(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", "s"), pytest.raises(InUse):
        Journal(tmp_path / "j", "s")
