import pytest

from earshot.speech.alignment import spelling


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("It's", "IT'S"),
        ("don’t,", "DON'T"),
        ("“Sheep,”", "SHEEP"),
        ("boys'", "BOYS"),
        ("café", "CAFE"),
        ("Straße", "STRASSE"),
        ("well-known", "WELL KNOWN"),
        ("5", "FIVE"),
        ("300,000.", "THREE HUNDRED THOUSAND"),
        ("3.5", "THREE POINT FIVE"),
        ("10th", "TENTH"),
        ("21st,", "TWENTY FIRST"),
        ("1990s", "NINETEEN NINETIES"),
        ("10am", "TEN AM"),
        ("10:30", "TEN THIRTY"),
        ("50%", "FIFTY PERCENT"),
        ("$1", "ONE DOLLAR"),
        ("£20", "TWENTY POUNDS"),
        ("$5.50", "FIVE DOLLARS AND FIFTY CENTS"),
        ("R&B", "R AND B"),
        ("&", "AND"),
        ("Mr.", "MISTER"),
    ],
)
def test_a_written_word_is_spelled_as_it_is_said(written: str, said: str) -> None:
    assert " ".join(spelling.readings(written)[0]) == said


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("1984", "ONE THOUSAND NINE HUNDRED AND EIGHTY FOUR"),
        ("1984", "NINETEEN EIGHTY FOUR"),
        ("2005", "TWO THOUSAND FIVE"),
        ("305", "THREE OH FIVE"),
        ("1207", "TWELVE OH SEVEN"),
        ("911", "NINE ONE ONE"),
        ("100", "A HUNDRED"),
        ("$5", "FIVE"),
        ("Mr", "MR"),
        ("9:00", "NINE O'CLOCK"),
    ],
)
def test_a_number_that_is_read_in_several_ways_has_each(written: str, also: str) -> None:
    assert also in {" ".join(reading) for reading in spelling.readings(written)}


def test_a_number_of_many_parts_has_few_readings() -> None:
    assert 0 < len(spelling.readings("1984/1985/1986")) <= spelling.MAX_READINGS


@pytest.mark.parametrize("mark", ["—", "…", "-", '"', "?!", "♪"])
def test_punctuation_alone_is_silent(mark: str) -> None:
    assert spelling.readings(mark) == ()
    assert spelling.is_silent(mark)


@pytest.mark.parametrize("word", ["快つん", "привет", "שלום", "2-3ตวบนลาง"])
def test_another_script_can_not_be_spelled_and_is_not_silent(word: str) -> None:
    assert spelling.readings(word) == ()
    assert not spelling.is_silent(word)
