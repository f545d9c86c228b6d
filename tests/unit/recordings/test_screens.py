"""When two people's captions share a screen, in milliseconds worked out by hand."""

import pytest

from earshot.recordings.captions import Caption
from earshot.recordings.screens import screens


def caption(start: int, end: int, *lines: str, speaker: int = 1) -> Caption:
    return Caption(start, end, lines or ("Yes.",), speaker)


def times(*captions: Caption) -> list[tuple[int, int, int]]:
    """Of each screen its start, its end, and how many captions it shows."""
    return [(one.start, one.end, len(one.captions)) for one in screens(captions)]


def test_captions_that_follow_each_other_have_a_screen_each() -> None:
    assert times(caption(0, 2000), caption(2000, 3000), caption(3500, 4000)) == [
        (0, 2000, 1),
        (2000, 3000, 1),
        (3500, 4000, 1),
    ]
    assert times(caption(0, 500), caption(500, 800)) == [(0, 500, 1), (500, 800, 1)], "short, too"


@pytest.mark.parametrize(
    ("lines", "read_ms"),
    [(("Yes.",), 1000), (("a" * 40,), 2000), (("a" * 40, "b" * 20), 3000)],
)
def test_a_caption_ends_where_another_begins_once_there_was_time_to_read_it(
    lines: tuple[str, ...], read_ms: int
) -> None:
    """A second at least, and 20 characters take one."""
    said = caption(500, 9000, *lines)
    read, other = 500 + read_ms, read_ms - 1 + 500
    assert times(said, caption(read, 9500)) == [(500, read, 1), (read, 9500, 1)]
    assert times(said, caption(other, 9500)) == [(500, 9500, 2)]
    assert times(said, caption(other, 8500)) == [(500, 9000, 2)]


def test_two_people_have_two_lines_each_and_what_comes_next_has_a_screen_of_its_own() -> None:
    two = ("a" * 40, "b" * 40)
    both = [caption(0, 5000, *two), caption(100, 5000, *two)]
    assert times(*both) == [(0, 5000, 2)]
    assert times(*both, caption(200, 5500)) == [(0, 300, 2), (300, 5500, 1)]
    assert times(*both, caption(200, 400)) == [(0, 300, 2), (300, 600, 1)], "shown long enough"
    assert times(*both, caption(900, 5500)) == [(0, 900, 2), (900, 5500, 1)]
