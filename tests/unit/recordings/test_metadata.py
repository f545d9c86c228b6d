"""Object metadata: what goes in comes out, and what others put in is understood."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.recordings.metadata import decoded, encoded, tidied


def meant(value: str) -> str:
    return decoded({"accent": value})["accent"]


# S3 reads bytes beyond ASCII as Latin-1, so C1 controls and "Ã©" can't be told from sent-raw text.
values = st.text(st.characters(min_codepoint=32, codec="utf-8", exclude_categories=["Cc", "Cs"]))


@given(values.filter(lambda value: all(ord(letter) > 255 or ord(letter) < 127 for letter in value)))
def test_every_value_comes_out_as_it_went_in(value: str) -> None:
    header = encoded({"accent": value})["accent"]
    assert header.isascii() and "\n" not in header
    assert meant(header) == value
    assert all(len(word) <= 75 for word in header.split(" ") if word.startswith("=?"))


@pytest.mark.parametrize(
    "value", ["Québec French", "Español", "São Tomé", "Ünïcode " * 8, "日本語"]
)
def test_values_of_people_come_out_as_they_went_in(value: str) -> None:
    assert meant(encoded({"accent": value})["accent"]) == value


def test_plain_values_are_sent_as_they_are() -> None:
    plain = {"age": "thirties", "transcript": "imported"}
    assert encoded(plain) == decoded(plain) == plain


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("=?UTF-8?Q?Qu=C3=A9bec_French?=", "Québec French"),
        ("=?UTF-8?B?UXXDqWJlYyBGcmVuY2g=?=", "Québec French"),
        ("=?iso-8859-1?q?Qu=E9bec?=", "Québec"),
        ("=?UTF-8?Q?Qu=C3=A9?= =?UTF-8?Q?bec?=", "Québec"),
        ("QuÃ©bec", "Québec"),  # raw UTF-8 in a header, where it comes back as Latin-1
        ("=?UTF-8?Q?Qu=C3=83=C2=A9bec?=", "Québec"),  # the same from S3
        ("Québec", "Québec"),
        ("=?nope?Q?abc?=", "=?nope?Q?abc?="),
        ("what=?", "what=?"),
    ],
)
def test_values_that_others_stored_are_understood(stored: str, said: str) -> None:
    assert meant(stored) == said


def test_what_looks_the_same_is_one_facet() -> None:
    assert tidied(" Que\u0301bec \n French") == "Québec French"
