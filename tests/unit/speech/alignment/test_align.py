import numpy as np
import pytest

from earshot.speech.alignment.align import align, count_letters
from earshot.speech.engine import Emission
from earshot.speech.vocabulary import Vocabulary

TOKENS = ("<pad>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'")
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=1)


def heard(text: str, sure: float = 0.98) -> Emission:
    """A listener that is sure of `text`, a frame a character; "." is a frame of silence."""
    emission = np.full((len(text), len(TOKENS)), (1 - sure) / (len(TOKENS) - 1))
    for frame, letter in enumerate(text):
        token = {" ": 1, ".": 0}.get(letter) if letter in " ." else TOKENS.index(letter)
        emission[frame, token] = sure
    logs: Emission = np.log(emission).astype(np.float32)
    return logs


def test_words_lie_on_the_frames_where_they_were_heard() -> None:
    words = align(["Hi,", "Bob!"], heard("..HI. BO.B.."), VOCABULARY)
    assert [(word.text, word.first, word.last) for word in words] == [
        ("Hi,", 2, 4),
        ("Bob!", 6, 10),
    ]
    assert [word.support for word in words] == [0.0, 0.0]


def test_a_word_that_nobody_said_is_left_out() -> None:
    words = align(["hi", "thank", "you", "bob"], heard("HI " + "." * 40 + " BOB"), VOCABULARY)
    assert [(word.text, word.first, word.last) for word in words] == [
        ("hi", 0, 2),
        ("bob", 44, 47),
    ]


def test_a_short_word_that_was_passed_over_amid_speech_stays() -> None:
    words = align(["go", "to", "bed"], heard("GO......BED", 0.9999), VOCABULARY)
    assert [word.text for word in words] == ["go", "to", "bed"]


def test_so_does_one_behind_a_late_first_word_and_one_at_the_end() -> None:
    late = align(["him", "go", "bed"], heard("." * 30 + "HIM......BED", 0.9999), VOCABULARY)
    assert [word.text for word in late] == ["him", "go", "bed"]
    end = align(["bed", "to"], heard("BED......", 0.9999), VOCABULARY)
    assert [word.text for word in end] == ["bed", "to"]


def test_letters_are_counted_as_they_are_said_and_of_another_script_as_they_stand() -> None:
    assert count_letters(["Hi", "10", "快つん", "…", "♪"], VOCABULARY) == 2 + 3 + 3


def test_a_word_that_was_said_otherwise_stays_with_little_support() -> None:
    words = align(["hi", "rob"], heard("HI BOB"), VOCABULARY)
    assert [word.text for word in words if word.support < -1] == ["rob"]


@pytest.mark.parametrize(
    "said", ["NINE.TE.EN EIGHTY FOUR", "ONE THOUSAND NINE HUNDRED EIGHTY FOUR"]
)
def test_a_year_is_read_as_the_listener_heard_it(said: str) -> None:
    [before, year, after] = align(["in", "1984,", "he"], heard(f"IN {said} HE"), VOCABULARY)
    assert " ".join(year.spoken) == said.replace(".", "")
    assert (year.first, year.last) == (3, 3 + len(said))
    assert (year.support, year.text) == (0.0, "1984,")
    assert before.support == after.support == 0.0


def test_of_two_readings_the_one_that_was_heard_is_taken() -> None:
    [_, number] = align(["at", "12"], heard("AT ONE TWO"), VOCABULARY)
    assert number.spoken == ("ONE", "TWO")


def test_punctuation_alone_stays_on_its_neighbour() -> None:
    words = align(["“", "Hi", "—", "Bob", "…"], heard("HI BOB"), VOCABULARY)
    assert [(word.text, word.index) for word in words] == [("“Hi—", 1), ("Bob…", 3)]


def test_a_music_note_is_no_punctuation() -> None:
    assert [word.text for word in align(["Hi", "♪"], heard("HI...."), VOCABULARY)] == ["Hi"]


def test_another_script_is_left_out() -> None:
    assert [word.text for word in align(["Hi", "快つん"], heard("HI...."), VOCABULARY)] == ["Hi"]


def test_a_text_that_is_too_long_for_the_sound_is_no_error() -> None:
    assert len(align(["one"] * 50, heard("ONE ONE"), VOCABULARY)) <= 2


def test_silence_leaves_no_word() -> None:
    assert align(["Thank", "you."], heard("." * 60), VOCABULARY) == ()


def test_no_words_and_no_sound_are_no_error() -> None:
    assert align([], heard("HI"), VOCABULARY) == ()
    assert align(["hi"], np.zeros((0, len(TOKENS)), np.float32), VOCABULARY) == ()


def test_letters_that_a_vocabulary_lacks_are_skipped() -> None:
    without = Vocabulary(TOKENS[:-1], blank=0, delimiter=1)
    [word] = align(["don't"], heard("DONT")[:, :-1], without)
    assert (word.first, word.last) == (0, 4)


def test_a_vocabulary_of_small_letters_serves_as_well() -> None:
    small = Vocabulary(tuple(token.lower() for token in TOKENS), blank=0, delimiter=1)
    [word] = align(["Hi"], heard("..HI"), small)
    assert (word.first, word.last) == (2, 4)
