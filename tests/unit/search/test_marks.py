import pytest

from earshot.search.marks import marks
from earshot.search.question import parse
from tests.unit.search.passages import digest


@pytest.mark.parametrize(
    ("q", "heard", "marked"),
    [
        ("with you gentlemen", "MY AGREEMENT WITH YOU GENTLEMENSTANS", "GENTLEMENSTANS"),
        ("to the lighthouse", "HE WENT TO THE LIED HOWS", "LIED"),
    ],
)
def test_garbled_words_are_marked_though_common_ones_are_asked_for_too(
    q: str, heard: str, marked: str
) -> None:
    words = heard.split()
    assert marked in [words[mark.word] for mark in marks(digest(heard), parse(q))]
