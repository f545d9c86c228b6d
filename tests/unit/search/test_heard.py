import base64

from hypothesis import given
from hypothesis import strategies as st

from earshot.search.heard import Heard, familiarity, unpack

WORDS = st.lists(st.text("aéñ'0", min_size=1), max_size=5)


@given(WORDS, WORDS)
def test_what_is_packed_comes_back_though_the_engine_drops_the_padding(
    tokens: list[str], written: list[str]
) -> None:
    heard = Heard("id", 2, 3, " ".join(tokens), "S0", "1" * len(tokens), " ".join(written))
    assert unpack(heard.pack().rstrip("=")) == heard


def test_what_older_code_packed_is_nothing() -> None:
    assert unpack(base64.b64encode(b"the sailor\n0 SLR\n\nthe sailor").decode()) is None


def test_the_more_common_a_word_is_the_more_familiar() -> None:
    the, sailor, sayler = familiarity(("the", "sailor", "sayler"), (0.9, 0.9, 0.9))
    assert the > sailor > sayler == "0"


def test_a_word_heard_without_confidence_is_not_familiar() -> None:
    assert familiarity(("the",), (0.3,)) == "0"
