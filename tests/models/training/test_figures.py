import numpy as np
import pytest

from training.corpus import Utterance
from training.figures import figures, rate
from training.greedy import collapse


def test_error_rates_are_of_all_words_together_and_lie_in_their_interval() -> None:
    texts = ["A BIG CAT", "NO"]
    utterances = [Utterance("human", text, "human", 0, 16_000) for text in texts]
    made = figures("human", utterances, ["A PIG CAT", "OH NO"])
    assert made.wer.value == pytest.approx(2 / 4)
    assert made.wer.low <= made.wer.value <= made.wer.high
    assert made.seconds == 2


def test_several_recordings_of_one_sentence_widen_the_interval() -> None:
    counts = np.array([[1, 4], [0, 4]] * 50)
    apart = rate(counts, [str(n) for n in range(100)])
    together = rate(counts, [str(n % 10) for n in range(100)])
    assert together.value == apart.value
    assert together.high - together.low > apart.high - apart.low


def test_greedy_text_merges_repeats_but_not_across_a_blank() -> None:
    letters = {4: "|", 5: "E", 6: "T"}
    assert collapse([0, 6, 6, 5, 0, 5, 4, 4, 6, 2], letters) == "TEE T"
