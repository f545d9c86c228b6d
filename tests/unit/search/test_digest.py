import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.search.digest import PassageDigest, Text, familiarity, unpack

WORDS = st.lists(st.text("aéñ'0", min_size=1), max_size=5)


@settings(deadline=None)  # the first one loads the language's words
@given(WORDS, WORDS, st.booleans())
def test_what_is_packed_comes_back_though_the_engine_drops_the_padding(
    shown: list[str], heard: list[str], both: bool
) -> None:
    texts = [Text.of(shown, [0.9] * len(shown))]
    if both:
        texts.append(Text.of(heard, [0.5] * len(heard), [0] * len(heard)))
    digest = PassageDigest("id", 2, 3, tuple(texts))
    assert unpack(digest.pack().rstrip("=")) == digest


def test_what_older_code_packed_is_nothing() -> None:
    assert unpack(base64.b64encode(b"the sailor\n0 SLR\n\nthe sailor").decode()) is None


def test_the_more_common_a_word_is_the_more_familiar() -> None:
    the, sailor, sayler = tuple(familiarity(("the", "sailor", "sayler"), (0.9, 0.9, 0.9)))
    assert the > sailor > sayler == "0"


def test_a_word_heard_without_confidence_is_not_familiar() -> None:
    assert familiarity(("the",), (0.3,)) == "0"
