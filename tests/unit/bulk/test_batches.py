"""Which files are heard together."""

import threading
import time

from hypothesis import given
from hypothesis import strategies as st

from earshot.bulk.batches import Batches, Waiting

WHOLE = 30.0


def batches(*waiting: Waiting[str], seconds: float = 40, files: int = 8) -> Batches[str]:
    made: Batches[str] = Batches(seconds, files, WHOLE)
    for one in waiting:
        made.add(one)
    return made


def lengths(batch: list[Waiting[str]]) -> list[float]:
    return [one.seconds for one in batch]


def test_files_of_like_length_share_a_batch_however_they_came() -> None:
    mixed = [Waiting("", seconds) for _ in range(8) for seconds in (1.0, 5.0)]
    pool = batches(*mixed)
    assert lengths(pool.take(0)) == [1.0] * 8
    assert lengths(pool.take(0)) == [5.0] * 8


def test_the_file_that_waits_longest_is_in_the_next_batch() -> None:
    pool = batches(Waiting("old", 20.0), *[Waiting("new", 2.0)] * 20)
    assert "old" in [one.what for one in pool.take(0)]


def test_a_file_that_must_be_alone_is() -> None:
    pool = batches(Waiting("a", 2.0), Waiting("suspect", 2.0, alone=True), Waiting("b", 2.0))
    assert [one.what for one in pool.take(0)] == ["a", "b"]
    assert [one.what for one in pool.take(0)] == ["suspect"]


def test_long_recordings_are_batched_by_what_they_hold_since_they_are_cut_up() -> None:
    pool = batches(Waiting("a", 100.0), Waiting("b", 40.0), Waiting("short", 5.0), seconds=150)
    assert [one.what for one in pool.take(0)] == ["a", "b"]


@given(st.lists(st.floats(0.1, 60), min_size=1, max_size=60), st.floats(1, 100))
def test_everything_comes_out_once_in_batches_that_fit(sounds: list[float], budget: float) -> None:
    pool = batches(*(Waiting(str(n), one) for n, one in enumerate(sounds)), seconds=budget)
    out: list[str] = []
    while batch := pool.take(0):
        out += [one.what for one in batch]
        longest = max(lengths(batch))
        cost = longest * len(batch) if longest <= WHOLE else sum(lengths(batch))
        assert cost <= budget or len(batch) == 1
        assert len(batch) <= 8
    assert sorted(out, key=int) == [str(n) for n in range(len(sounds))]


def test_decoding_waits_for_room_and_is_let_go_at_the_end() -> None:
    pool = batches(Waiting("a", 10.0))
    said: list[bool] = []
    waiting = threading.Thread(target=lambda: said.append(pool.wait_for_room(10)))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    pool.take(0)
    waiting.join(5)
    assert said == [True]
    pool.close()
    assert not pool.wait_for_room(10)
    assert not pool.add(Waiting("late", 1.0))
    assert pool.take(0) == []


def test_a_file_of_just_the_length_of_a_window_is_padded_and_not_cut_up() -> None:
    together = batches(Waiting("a", 20.0), Waiting("b", WHOLE), seconds=100)
    assert [one.what for one in together.take(0)] == ["a", "b"]
    alike = batches(Waiting("a", WHOLE), Waiting("b", WHOLE), seconds=100)
    assert [one.what for one in alike.take(0)] == ["a", "b"]
    apart = batches(Waiting("a", WHOLE), Waiting("b", 20.0), seconds=55)
    assert [one.what for one in apart.take(0)] == ["a"], "padded, the two are a minute"


def test_whoever_adds_is_told_whether_it_was_taken() -> None:
    pool = batches()
    assert pool.add(Waiting("a", 1.0))
    pool.close()
    assert not pool.add(Waiting("b", 1.0))


def test_files_nearest_in_length_to_the_one_that_waits_longest_are_heard_with_it() -> None:
    pool = batches(*(Waiting("", seconds) for seconds in (5.0, 1.0, 9.0, 4.0, 6.5)), files=3)
    assert lengths(pool.take(0)) == [5.0, 4.0, 6.5]


def test_a_batch_is_taken_as_soon_as_there_is_one() -> None:
    began = time.monotonic()
    assert batches(Waiting("a", 1.0)).take(20)
    closed = batches()
    closed.close()
    assert closed.take(20) == []
    assert time.monotonic() - began < 10
