"""What becomes of a message whose events are dealt with, or could not be."""

from collections.abc import Sequence
from typing import Any

import pytest

from earshot.bulk.deliveries import MAX_BULK_PAUSE_S, Deliveries, Delivery
from earshot.bulk.intake import Message
from earshot.ingest.ingest import Outcome
from earshot.recordings.changes import ObjectEvent
from tests.unit.recordings.conftest import event

LAST = 3


class Intake:
    """Remembers what was deleted, and what is tried again in how many seconds."""

    def __init__(self) -> None:
        self.gone: list[Message] = []
        self.later: list[int] = []

    def done(self, messages: Sequence[Message]) -> None:
        self.gone += messages

    def retry_later(self, message: Message, seconds: int) -> None:
        self.later.append(seconds)


class Meter:
    def __init__(self) -> None:
        self.faults: list[bool] = []

    def file(self, faulty: bool = False) -> None:
        self.faults.append(faulty)


class Lane:
    """Deliveries, and all that they did."""

    def __init__(self) -> None:
        self.intake, self.meter = Intake(), Meter()
        self.given_up: list[ObjectEvent] = []
        intake: Any = self.intake
        meter: Any = self.meter
        self.deliveries = Deliveries(intake, self.given_up.append, meter, LAST)


@pytest.fixture
def lane() -> Lane:
    return Lane()


def delivery(events: int = 1, receives: int = 1) -> Delivery:
    return Delivery(Message("receipt", "body", receives), events)


def test_a_message_goes_with_the_last_of_its_events_and_not_before(lane: Lane) -> None:
    one = delivery(events=2)
    lane.deliveries.settled(one, event(1), Outcome.DONE)
    assert lane.intake.gone == []
    lane.deliveries.settled(one, event(2), Outcome.DONE)
    assert lane.intake.gone == [one.message]
    assert lane.intake.later == []
    assert lane.meter.faults == [False, False]


@pytest.mark.parametrize("first", [True, False])
def test_a_fault_of_one_event_keeps_the_message(lane: Lane, first: bool) -> None:
    one = delivery(events=2)
    for faulty in (first, not first):
        if faulty:
            lane.deliveries.fault(one, event(1))
        else:
            lane.deliveries.settled(one, event(2), Outcome.DONE)
    assert lane.intake.gone == []
    (pause,) = lane.intake.later
    assert 15 <= pause <= 30, "soon, at first"
    assert lane.given_up == []
    assert sorted(lane.meter.faults) == [False, True], "the alarm counts faults"


def test_later_attempts_wait_longer_and_never_more_than_five_minutes(lane: Lane) -> None:
    deliveries = Deliveries(
        lane.deliveries._intake, lane.given_up.append, lane.deliveries._meter, 9
    )
    for receives in range(1, 9):
        deliveries.fault(delivery(receives=receives), event(1))
    assert MAX_BULK_PAUSE_S == 300
    assert 60 <= lane.intake.later[1] <= 120
    assert all(150 <= pause <= 300 for pause in lane.intake.later[2:])


@pytest.mark.parametrize(("receives", "is_last"), [(LAST - 1, False), (LAST, True), (9, True)])
def test_at_the_last_attempt_word_is_left_and_the_message_dies_at_once(
    lane: Lane, receives: int, is_last: bool
) -> None:
    lane.deliveries.fault(delivery(receives=receives), event(1))
    assert lane.given_up == [event(1)] * is_last
    assert (lane.intake.later == [0]) is is_last
    assert lane.intake.gone == []
