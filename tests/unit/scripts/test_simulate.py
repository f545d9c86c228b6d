"""The model of a burst: what holds without it, and which part is found to be the limit."""

from dataclasses import replace

import pytest

from scripts.simulate.burst import Burst, simulate
from scripts.simulate.limits import Limits, Pace

SMALL = Burst(files=600, seconds=5.0, puts_a_second=1000.0)


def test_every_file_is_found_once_and_after_it_was_put():
    outcome = simulate(SMALL, Limits(10), Pace())
    assert len(outcome.found_at) == len(outcome.waited) == SMALL.files
    assert min(outcome.waited) > SMALL.seconds / Pace().speed


def test_one_file_takes_the_sum_of_the_steps():
    pace = Pace(start_s=10.0, file_s=0.5, speed=5.0, index_call_s=0.2, refresh_s=1.0)
    outcome = simulate(Burst(1, 5.0, 1.0), Limits(10), pace)
    assert outcome.found_at == [12.0]  # 10 + 0.5 + 1 + 0.2, and the next refresh


def test_a_run_at_a_time_takes_as_long_as_all_the_sound():
    pace = Pace(start_s=0.0, file_s=0.0)
    outcome = simulate(SMALL, Limits(1), pace)
    alone = SMALL.files * SMALL.seconds / pace.speed
    assert max(outcome.found_at) == pytest.approx(alone, rel=0.02)
    assert outcome.limit == "transcribing"


@pytest.mark.slow("hours of a burst are simulated")
def test_more_runs_help_until_something_else_is_the_limit():
    burst = replace(SMALL, files=20_000)
    last = {one: max(simulate(burst, Limits(one), Pace()).found_at) for one in (10, 100)}
    assert last[10] > 5 * last[100]
    assert simulate(burst, Limits(1000), Pace(passages_a_second=50)).limit == "the search node"


def test_the_accounts_limit_holds_whatever_is_set():
    ten = simulate(SMALL, Limits(10), Pace())
    assert simulate(SMALL, Limits(1000, account_concurrency=10), Pace()).found_at == ten.found_at


def test_a_partition_takes_no_more_than_its_units():
    slow = replace(Limits(100), partition_units_a_second=10.0)
    outcome = simulate(SMALL, slow, Pace())
    assert outcome.limit == "the partition of all recordings"
    assert max(outcome.found_at) >= 2 * SMALL.files / 10.0
