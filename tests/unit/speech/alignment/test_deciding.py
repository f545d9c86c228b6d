"""When the listener's word is shown and when the writer's, in nats worked out by hand.

The listener hears OX where the writer has "ax", and finds its O so many nats likelier than the A.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from earshot.speech.alignment.choice import Shown, choose
from earshot.speech.alignment.margins import Margin, Margins
from earshot.speech.engine import Emission
from earshot.speech.transcript import Word
from earshot.speech.vocabulary import Vocabulary

TOKENS = ("<pad>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'")
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=1)
FRAME_S = 0.1


def sound(said: str, nats: float) -> Emission:
    """A frame a letter; "." is silence. Where O is heard, A is `nats` less likely."""
    emission = np.full((len(said), len(TOKENS)), -12.0, np.float32)
    for frame, letter in enumerate(said):
        token = {" ": 1, ".": 0}[letter] if letter in " ." else TOKENS.index(letter)
        emission[frame, token] = 0.0
        if letter == "O":
            emission[frame, TOKENS.index("A")] = -nats
    return emission


def heard(said: str, confidence: float = 0.99) -> list[Word]:
    """Each word of `said` on its frames."""
    words, start = [], 0
    for part in said.replace(".", " ").split(" "):
        if part:
            words.append(Word(part, start * FRAME_S, (start + len(part)) * FRAME_S, confidence))
        start += len(part) + 1
    return words


def decided(
    said: str,
    written: str,
    nats: float,
    margin: Margin,
    confidences: dict[str, float] | None = None,
    sure: float = 0.99,
) -> Shown:
    words = written.split()
    writer = [confidences.get(word, 0.9) for word in words] if confidences else None
    return choose(
        heard(said, sure), words, sound(said, nats), VOCABULARY, FRAME_S,
        confidences=writer, margins=Margins(margin, margin),
    )  # fmt: skip


def text(shown: Shown) -> str:
    return " ".join(word.text for word in shown.words)


SAID, WRITTEN = "THE BIG OX SLEPT HERE", "The big ax slept here."


def bound(least: float, odds: float, sure: float) -> float:
    """Nats of the whole word, of two letters, beyond which what was heard is shown."""
    return 2 * (least + odds * math.log(sure / (1 - sure)))


@pytest.mark.parametrize(
    ("margin", "confidence", "nats"),
    [
        (Margin(1.5, 1.0), 0.5, bound(1.5, 1.0, 0.5)),
        (Margin(1.5, 1.0), 0.8, bound(1.5, 1.0, 0.8)),
        (Margin(3.0, 2.0), 0.3, bound(3.0, 2.0, 0.3)),
        (Margin(0.0, 1.0), None, bound(0.0, 1.0, 0.9)),  # a writer that does not tell
        (Margin(0.0, 1.0), 1.0, bound(0.0, 1.0, 0.99)),  # none is surer
        (Margin(6.0, 1.0), 0.0, bound(6.0, 1.0, 0.01)),  # nor less sure
    ],
)
def test_the_odds_of_the_writer_must_be_outweighed_by_the_sound(
    margin: Margin, confidence: float | None, nats: float
) -> None:
    confidences = None if confidence is None else {"ax": confidence}
    assert text(decided(SAID, WRITTEN, nats - 0.01, margin, confidences)) == WRITTEN
    assert text(decided(SAID, WRITTEN, nats + 0.01, margin, confidences)) == (
        "The big ox slept here."
    )


SILENCE = "." * 40


@pytest.mark.parametrize(
    ("said", "written"),
    [
        (f"THE BIG OX{SILENCE}SLEPT HERE", "The big ax invented slept here."),
        (f"THE BIG{SILENCE}OX SLEPT HERE", "The big invented ax slept here."),
        (f"{SILENCE}OX SLEPT HERE AGAIN", "Invented ax slept here again."),
        (f"LET US WAKE AN OX{SILENCE}", "Let us wake an ax invented."),
    ],
)
def test_a_writer_is_hardly_believed_where_words_of_its_own_were_not_said(
    said: str, written: str
) -> None:
    margin, nats = Margin(3.0, 1.0), bound(3.0, 1.0, 0.1)
    assert "ax" in text(decided(said, written, nats - 0.01, margin)).lower()
    assert "ox" in text(decided(said, written, nats + 0.01, margin)).lower()


@pytest.mark.parametrize(
    ("said", "written"),
    [("THE BIG A OX", "The big ox"), ("A THE BIG OX", "the big ox"), ("THE OX A", "The ox")],
)
def test_a_word_that_only_the_listener_has_is_shown_where_the_sound_is_so_much_likelier(
    said: str, written: str
) -> None:
    def found(nats: float) -> list[str]:
        emission = sound(said, 12.0)
        emission[f" {said} ".index(" A "), 0] = -nats
        margin = Margin(3.0, 0.0)
        shown = choose(
            heard(said), written.split(), emission, VOCABULARY, FRAME_S,
            margins=Margins(margin, margin),
        )  # fmt: skip
        return text(shown).upper().split()

    assert found(2.9) == written.upper().split()
    assert found(3.1) == said.split()


@pytest.mark.parametrize("differing", [4, 5])
def test_with_a_weak_listener_a_window_falls_back_where_most_of_it_would_be_its_own(
    differing: int,
) -> None:
    said = " ".join(["OX"] * differing + ["US"] * (8 - differing))
    written = said.replace("O", "A").lower()
    margin = Margin(-9.0, 0.0)
    assert decided(said, written, 1.0, margin, sure=0.7).fell_back is (differing == 5)
    assert not decided(said, written, 1.0, margin, sure=0.99).fell_back


@pytest.mark.parametrize("falls_back", [False, True])
def test_a_text_that_fits_worse_than_two_nats_a_letter_is_not_shown(falls_back: bool) -> None:
    nats = 4.1 if falls_back else 3.9  # for every second letter
    shown = decided("OX OX OX OX OX OX", "ax ax ax ax ax ax", nats, Margin(9.0, 0.0))
    assert shown.fell_back is falls_back
    assert shown.fit == pytest.approx(-nats / 2)


def test_words_that_the_writer_contradicts_keep_half_their_confidence() -> None:
    shown = decided("OX OX OX OX", "Subscribe to us.", 9.0, Margin(9.0, 0.0), sure=0.98766)
    assert {word.confidence for word in shown.words} == {0.4938}


def test_of_a_weak_listener_words_of_nine_tenths_are_clear() -> None:
    words = heard("US OX US OX US")
    sure = [0.5, 0.9, 0.89, 0.91, 0.5]
    words = [Word(one.text, one.start, one.end, c) for one, c in zip(words, sure, strict=True)]
    emission = sound("US OX US OX US", 9.0)
    shown = choose(words, ["Subscribe", "to", "it."], emission, VOCABULARY, FRAME_S)
    assert text(shown) == "Ox ox"


def test_confidence_where_both_agree_and_where_the_sound_bears_the_writer() -> None:
    shown = decided(SAID, WRITTEN, 1.0, Margin(9.0, 0.0), {"slept": 0.8, "ax": 0.6}, sure=0.7)
    by_text = {word.text: word.confidence for word in shown.words}
    assert by_text["slept"] == pytest.approx(1 - 0.2 * 0.3)
    assert by_text["ax"] == pytest.approx(math.sqrt(0.6 * math.exp(-1.0 / 2)), abs=1e-4)


def test_figures_are_rounded_to_milliseconds_and_ten_thousandths() -> None:
    said = "US OX SLEPT"
    words = [Word("US", 0.0, 0.05, 1 / 3), Word("OX", 0.07, 0.12, 1 / 3)]
    shown = choose(words, ["Us", "ax", "slept"], sound(said, 0.1), VOCABULARY, 0.0234567)
    assert [(word.start, word.end) for word in shown.words] == [
        (0.0, 0.047), (0.07, 0.117), (0.141, 0.258),
    ]  # fmt: skip
    assert all(word.confidence == round(word.confidence, 4) for word in shown.words)
    assert any(word.confidence != round(word.confidence, 3) for word in shown.words)


def test_what_begins_a_sentence_has_a_capital_whatever_was_dropped() -> None:
    margin = Margin(0.0, 0.0)
    assert text(decided("SLEPT HERE", "slept here.", 1.0, margin)) == "Slept here."
    said = f"THE OX SLEPT{SILENCE}SHE LEFT AND I CAME"
    found = decided(said, "The ox slept. Thank you she left and i came.", 1.0, margin)
    assert text(found) == "The ox slept. She left and I came."


def test_the_mark_of_written_words_that_give_way_to_silence_goes_to_the_word_before() -> None:
    emission = sound("THE OX SLEPT...SHE LEFT", 12.0)
    emission[12:15, TOKENS.index("T")] = emission[12:15, TOKENS.index("O")] = -3.0
    margin = Margin(1.0, 0.0)
    shown = choose(
        heard("THE OX SLEPT...SHE LEFT"), ["The", "ox", "slept", "to.", "she", "left"], emission,
        VOCABULARY, FRAME_S, margins=Margins(margin, margin),
    )  # fmt: skip
    assert text(shown) == "The ox slept. She left"


def test_what_is_invented_over_silence_leaves_no_mark_within_a_sentence() -> None:
    said = f"THE BIG{SILENCE}OX SLEPT HERE"
    found = decided(said, "The big thank you. ox slept here.", 12.0, Margin(9.0, 0.0))
    assert text(found) == "The big ox slept here."


def test_when_in_the_recording_a_window_begins_decides_nothing() -> None:
    emission, margins = sound(SAID, 3.0), Margins(Margin(1.0, 0.0), Margin(1.0, 0.0))
    now = heard(SAID)
    later = [replace(word, start=word.start + 60, end=word.end + 60) for word in now]
    first = choose(now, WRITTEN.split(), emission, VOCABULARY, FRAME_S, margins=margins)
    second = choose(later, WRITTEN.split(), emission, VOCABULARY, FRAME_S, 60.0, margins=margins)
    assert [(word.text, word.confidence) for word in first.words] == [
        (word.text, word.confidence) for word in second.words
    ]
    assert [word.start + 60 for word in first.words] == pytest.approx(
        [word.start for word in second.words]
    )
