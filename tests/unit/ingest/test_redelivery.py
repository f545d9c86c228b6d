from earshot.bulk.deliveries import MAX_BULK_PAUSE_S
from earshot.ingest import redelivery


def test_each_attempt_waits_longer_than_the_one_before() -> None:
    longest = [max(redelivery.pause(n) for _ in range(50)) for n in range(1, 6)]
    assert longest == sorted(longest)
    assert longest[-1] <= redelivery.MAX_PAUSE_S


def test_a_file_that_keeps_failing_holds_a_bulk_instance_for_half_an_hour_or_so() -> None:
    waits = [redelivery.pause(receives, MAX_BULK_PAUSE_S) for receives in range(1, 10)]
    assert sum(waits) < 40 * 60
