"""Which waveforms share a padded batch on a GPU."""

from collections.abc import Iterator, Sequence

from earshot.audio.limits import SAMPLE_RATE


def batches(lengths: Sequence[int], batch_seconds: float) -> Iterator[list[int]]:
    """Places of waveforms of so many samples, those of similar length together.

    A batch has at most `batch_seconds` of sound with its padding, or one waveform.
    """
    budget = batch_seconds * SAMPLE_RATE
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: lengths[place]):
        if batch and (len(batch) + 1) * lengths[place] > budget:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
