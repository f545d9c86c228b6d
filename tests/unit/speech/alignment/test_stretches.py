from earshot.speech.alignment.stretches import Spoken, Stretch, stretches


def spoken(text: str, apart: int = 10, start: int = 0) -> list[Spoken]:
    return [
        Spoken(word, start + apart * at, start + apart * at + 5)
        for at, word in enumerate(text.split())
    ]


def test_agreement_and_difference_cover_all_words_in_order() -> None:
    found = stretches(spoken("WE SAW A GREY CAT"), spoken("WE SAW A GREEN CAT"))
    assert [one.same for one in found] == [True, True, True, False, True]
    assert found[3] == Stretch(False, (3, 4), (3, 4))


def test_words_that_only_one_has_are_a_stretch() -> None:
    assert stretches(spoken("WE SAW"), []) == [Stretch(False, (0, 2), (0, 0))]
    assert stretches([], spoken("WE")) == [Stretch(False, (0, 0), (0, 1))]
    assert stretches([], []) == []


def test_the_same_word_at_another_time_is_another_word() -> None:
    [one] = stretches(spoken("YES"), spoken("YES", start=500))
    assert one == Stretch(False, (0, 1), (0, 1))
