"""What a person reads, of a sure listener and an unsure one. Sound is an emission made here."""

from dataclasses import replace

import numpy as np
import pytest

from earshot.speech.alignment.choice import Shown, choose
from earshot.speech.engine import Emission
from earshot.speech.transcript import Word
from earshot.speech.vocabulary import Vocabulary

TOKENS = ("<pad>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'")
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=1)
FRAME_S = 0.02


def sound(text: str, sure: float) -> Emission:
    """Of a listener that gives `text`'s letters the probability `sure`, two frames a letter and
    one behind it; "." is half a second of silence."""
    tokens: list[int] = []
    for letter in text:
        if letter == ".":
            tokens += [0] * 25
        elif letter == " ":
            tokens += [1]
        else:
            tokens += [TOKENS.index(letter)] * 2 + [0]
    emission = np.full((len(tokens), len(TOKENS)), (1 - sure) / (len(TOKENS) - 1))
    for frame, token in enumerate(tokens):
        emission[frame, token] = sure
        if token == 0:
            emission[frame] = np.where(np.arange(len(TOKENS)) == 0, 0.999, 0.001 / 28)
    logs: Emission = np.log(emission).astype(np.float32)
    return logs


def words(text: str, confidence: float) -> list[Word]:
    """The words of `sound(text)`, as its listener has them."""
    found, at = [], 0
    for part in text.replace(".", " . ").split(" "):
        if part == ".":
            at += 25
        elif part:
            end = at + 3 * len(part)
            found.append(Word(part, at * FRAME_S, (end - 1) * FRAME_S, confidence))
            at = end
        at += part != "." and bool(part)
    return found


def shown(said: str, written: str, sure: float, confidences: list[float] | None = None) -> Shown:
    return choose(
        words(said, sure), written.split(), sound(said, sure), VOCABULARY, FRAME_S,
        confidences=confidences,
    )  # fmt: skip


def text(shown: Shown) -> str:
    return " ".join(word.text for word in shown.words)


SURE, UNSURE = 0.99, 0.5


def test_the_written_text_is_shown_where_both_agree() -> None:
    said = "IT'S NINETEEN EIGHTY FOUR MY FRIEND"
    found = shown(said, "It's 1984, my friend.", UNSURE)
    assert text(found) == "It's 1984, my friend."
    assert not found.fell_back
    heard = words(said, UNSURE)
    assert [found.words[at].start for at in (0, 2, 3)] == pytest.approx(
        [heard[at].start for at in (0, 4, 5)], abs=0.021
    )


def test_an_unsure_listener_leaves_its_words_to_the_writer() -> None:
    found = shown("THE BOI SAT ON THE MAT", "The boy sat on the mat.", UNSURE)
    assert text(found) == "The boy sat on the mat."


def test_a_sure_listener_keeps_its_words_and_gains_marks() -> None:
    said = "THE ALCHEMIST SAID SO AND LEFT US ALONE"
    found = shown(said, "The outcome is said so, and left us alone.", SURE)
    assert text(found) == "The alchemist said so, and left us alone."


def test_a_sure_writer_outweighs_a_listener_that_is_as_sure_of_neither() -> None:
    said, written = "WE SAW A GREI CAT TODAY", "We saw a grey cat today."
    emission = sound(said, SURE)
    letter = said.replace(" ", "").index("I")
    frames = np.flatnonzero(emission.argmax(axis=1) == TOKENS.index("I"))
    emission[frames, TOKENS.index("Y")] = emission[frames, TOKENS.index("I")] - 0.1
    found = choose(words(said, SURE), written.split(), emission, VOCABULARY, FRAME_S)
    assert letter and text(found) == written


def test_words_over_silence_are_not_shown() -> None:
    found = shown("HELLO THERE MY FRIEND....", "Hello there, my friend. Thank you.", UNSURE)
    assert text(found) == "Hello there, my friend."


def test_nothing_is_shown_of_a_text_over_silence() -> None:
    found = choose([], ["Thank", "you."], sound("......", 0.9), VOCABULARY, FRAME_S)
    assert found.words == ()
    assert found.fell_back


@pytest.mark.parametrize(
    "written",
    ["Subscribe to our channel for weekly news.", "快つん快つん", "you " * 30],
)
def test_another_text_gives_way_to_what_was_heard_without_shouting(written: str) -> None:
    found = shown("SHE PLANTED ROSES BEHIND I THINK THE OLD BRICK BARN", written, 0.9)
    assert text(found) == "She planted roses behind I think the old brick barn"
    assert found.fell_back
    assert all(word.confidence < 0.5 for word in found.words)


def test_of_a_weak_listener_only_clear_words_are_shown_where_the_writer_made_something_else() -> (
    None
):
    said = "GOT IN MOON IN A DAMN HUNT HEAVEN"
    heard = words(said, 0.7)
    heard[3] = replace(heard[3], confidence=0.95)
    emission = sound(said, 0.7)
    found = choose(heard, ["Subscribe", "to", "us."], emission, VOCABULARY, FRAME_S)
    assert text(found) == "In"
    assert found.fell_back


def test_a_weak_listener_s_words_are_not_shown_because_the_writer_has_a_few_of_them() -> None:
    said = "GOOD MORNING WHEN THE SOURCE IS ALAS THE TEMPORAL NORTH A LENT IN THE LETTER"
    found = shown(said, "Good morning.", 0.7)
    assert found.words == ()
    assert found.fell_back


def test_a_phrase_that_repeats_is_shown_as_often_as_it_was_said() -> None:
    found = shown("SHE LEFT EARLY..", "She left early. " + "She left early. " * 4, 0.9)
    assert text(found).lower().count("left") <= 1


def test_no_written_words_show_nothing_of_their_own() -> None:
    found = shown("SHE LEFT", "", SURE)
    assert text(found) == "She left"
    assert not found.fell_back


def test_times_count_from_where_the_window_starts() -> None:
    said = "SHE LEFT"
    later = [
        Word(word.text, word.start + 60, word.end + 60, word.confidence)
        for word in words(said, SURE)
    ]
    found = choose(later, ["She", "left."], sound(said, SURE), VOCABULARY, FRAME_S, start_s=60.0)
    assert [word.start for word in found.words] == pytest.approx([60.0, 60.2], abs=0.021)
    assert [word.end for word in found.words] == pytest.approx([60.16, 60.4], abs=0.061)
    alone = choose([], ["She", "left."], sound(said, SURE), VOCABULARY, FRAME_S, start_s=60.0)
    assert [word.end for word in alone.words] == pytest.approx([60.16, 60.4], abs=0.061)


def test_agreement_is_surer_than_either() -> None:
    both, alone = shown("SHE LEFT", "She left.", 0.8), shown("SHE LIFT", "She left.", 0.8)
    assert both.words[1].confidence > 0.9 > alone.words[1].confidence


def test_words_are_in_order_and_lie_in_the_sound() -> None:
    said = "THE OLD MAN WENT TO SEA IN A SMALL BOAT"
    found = shown(said, "An old man's gone to see in the small boat, alone.", 0.9)
    edges = [edge for word in found.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0 and edges[-1] <= len(sound(said, 0.9)) * FRAME_S
