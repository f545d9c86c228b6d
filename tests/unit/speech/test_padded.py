"""Waveforms of like length share a padded batch, and padding stays within the limit."""

from hypothesis import given
from hypothesis import strategies as st

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.padded import batches


def test_like_lengths_come_together_whatever_their_order() -> None:
    seconds = [9, 1, 10, 2, 30]
    found = list(batches([one * SAMPLE_RATE for one in seconds], 20))
    assert found == [[1, 3], [0, 2], [4]]


@given(st.lists(st.integers(0, 30 * SAMPLE_RATE)), st.integers(1, 60))
def test_each_is_in_one_batch_and_none_is_padded_beyond_the_limit(
    lengths: list[int], batch_seconds: int
) -> None:
    found = list(batches(lengths, batch_seconds))
    assert sorted(place for batch in found for place in batch) == list(range(len(lengths)))
    for batch in found:
        padded = max(lengths[place] for place in batch) * len(batch)
        assert len(batch) == 1 or padded <= batch_seconds * SAMPLE_RATE
