import numpy as np
import pytest

from earshot.speech.alignment.align import align, count_letters, path_score
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


def costing(text: str, nats: float) -> Emission:
    """A listener to which any other letter is so many nats less likely than what it heard."""
    rest = np.exp(-nats)
    return heard(text, 1 / (1 + (len(TOKENS) - 1) * rest))


def test_a_word_over_silence_is_left_out_where_its_letters_lie_more_than_five_nats_below() -> None:
    said = "HI " + "." * 40 + " BOB"
    assert [word.text for word in align(["hi", "you", "bob"], costing(said, 4.5), VOCABULARY)] == [
        "hi",
        "you",
        "bob",
    ]
    assert [word.text for word in align(["hi", "you", "bob"], costing(said, 5.5), VOCABULARY)] == [
        "hi",
        "bob",
    ]


@pytest.mark.parametrize(
    ("words", "before", "behind"),
    [(["go", "to", "bed"], "GO", "BED"), (["to", "bed"], "", "BED"), (["go", "to"], "GO", "")],
)
def test_half_a_second_is_little_room_for_a_word_to_be_invented_and_more_is_not(
    words: list[str], before: str, behind: str
) -> None:
    little = align(words, heard(before + "." * 25 + behind, 0.9999), VOCABULARY)
    more = align(words, heard(before + "." * 26 + behind, 0.9999), VOCABULARY)
    assert [word.text for word in little] == words
    assert [word.text for word in more] == [word for word in words if word != "to"]


def test_of_a_window_with_many_numbers_the_readings_of_the_first_twelve_are_tried() -> None:
    words = [word for n in range(13) for word in ("and", "12")]
    said = " ".join(["AND ONE TWO"] * 13)
    numbers = align(words, heard(said), VOCABULARY)[1::2]
    assert [number.spoken for number in numbers] == [("ONE", "TWO")] * 12 + [("TWELVE",)]


@pytest.mark.parametrize("words", [["12"], ["12", "bob"], ["hi", "12"], ["hi", "12", "bob"]])
def test_a_number_is_read_as_it_was_heard_wherever_it_stands(words: list[str]) -> None:
    for spoken in (["ONE", "TWO"], ["TWELVE"]):
        said = [part for word in words for part in (spoken if word == "12" else [word.upper()])]
        [number] = [
            one for one in align(words, heard("..." + " ".join(said) + "..."), VOCABULARY)
            if one.text == "12"
        ]  # fmt: skip
        assert list(number.spoken) == spoken


@pytest.mark.parametrize(
    ("written", "said", "spoken"),
    [
        ("12 and 1 2 and go", "TWELVE AND ONE TWO AND GO", ("TWELVE",)),
        ("go and 1 2 and 12", "GO AND ONE TWO AND TWELVE", ("TWELVE",)),
        ("12 12 go", "TWELVE ONE TWO GO", ("TWELVE",)),
        (
            "1984 and one thousand nine hundred eighty four and go",
            "NINETEEN EIGHTY FOUR AND ONE THOUSAND NINE HUNDRED EIGHTY FOUR AND GO",
            ("NINETEEN", "EIGHTY", "FOUR"),
        ),
        ("12 twelve go", "ONE TWO TWELVE GO", ("ONE", "TWO")),
        ("go twelve 12", "GO TWELVE ONE TWO", ("ONE", "TWO")),
    ],
)
def test_a_number_is_read_as_it_was_heard_in_its_place_and_not_near_it(
    written: str, said: str, spoken: tuple[str, ...]
) -> None:
    found = align(written.split(), heard(said), VOCABULARY)
    first, *_ = (one.spoken for one in found if one.text in ("12", "1984"))
    assert first == spoken


def test_a_path_is_as_likely_as_its_frames() -> None:
    sure = float(np.log(0.98))
    assert path_score([("HI", "BOB"), ("HO",)], heard("HI BOB..HO"), VOCABULARY) == pytest.approx(
        10 * sure
    )
    otherwise = float(np.log(0.02 / (len(TOKENS) - 1)))
    assert path_score([("HI",), ("ROB",)], heard("HI BOB"), VOCABULARY) == pytest.approx(
        5 * sure + otherwise, rel=1e-5
    )


def test_no_words_are_as_likely_as_silence_and_too_many_cost_twelve_nats_a_letter() -> None:
    sure, otherwise = float(np.log(0.98)), float(np.log(0.02 / (len(TOKENS) - 1)))
    assert path_score([], heard(".. ."), VOCABULARY) == pytest.approx(4 * sure)
    assert path_score([], heard(".A"), VOCABULARY) == pytest.approx(sure + otherwise)
    assert path_score([], costing(".A", 30), VOCABULARY) == pytest.approx(-12, abs=1e-3)
    assert path_score([("TOO", "LONG")], heard("HI"), VOCABULARY) == -12 * 7
