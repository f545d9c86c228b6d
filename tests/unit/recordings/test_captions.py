"""Captions against every way there is to cut a sentence, and by hand where limits are met."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import pytest

from earshot.recordings.captions import captions
from earshot.speech.transcript import Segment, Word

LINE_CHARS, MAX_S = 42, 7.0
SPEAKER = len("Speaker 1: ")


def text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def cut_cost(before: Word, after: Word) -> float:
    """A cut is cheap after a comma, dearer at a pause, and dearest elsewhere."""
    if before.text.endswith(","):
        return 0.2
    return 0.3 if after.start - before.end >= 0.4 else 0.7


def two_lines(words: Sequence[Word], lead: int) -> dict[tuple[str, ...], float]:
    """Every way to write the words in two lines, with its cost: the place, and how uneven it is."""
    return {
        (first, second): cut_cost(words[at - 1], words[at]) + abs(len(first) - len(second)) / 84
        for at in range(1, len(words))
        for first, second in [(text(words[:at]), text(words[at:]))]
        if len(first) + lead <= LINE_CHARS and len(second) <= LINE_CHARS
    }


def fits(words: Sequence[Word], lead: int) -> bool:
    if len(words) == 1:
        return True
    if words[-1].end - words[0].start > MAX_S:
        return False
    return len(text(words)) + lead <= LINE_CHARS or bool(two_lines(words, lead))


def all_ways(words: Sequence[Word], lead: int) -> Iterator[list[Sequence[Word]]]:
    """The sentence in pieces that fit on screen."""
    for cuts in range(len(words)):
        for places in combinations(range(1, len(words)), cuts):
            edges = pairwise((0, *places, len(words)))
            pieces = [words[begin:end] for begin, end in edges]
            if all(fits(piece, lead) for piece in pieces):
                yield pieces


def cost(pieces: Sequence[Sequence[Word]]) -> float:
    """1 for each caption, more for one that leaves much of the screen empty, and for each cut."""
    empty = sum(0.5 * max(0.0, 1 - len(text(piece)) / 84) ** 2 for piece in pieces)
    cuts = sum(cut_cost(before[-1], after[0]) for before, after in pairwise(pieces))
    return len(pieces) + empty + cuts


def sentence(chance: random.Random) -> tuple[Word, ...]:
    """Some are spoken slowly, so that time is what limits them, some have long words, and some
    neither pauses nor commas."""
    words: list[Word] = []
    now, slowest, longest = 0.0, chance.choice((0.5, 2.5)), chance.choice((10, 22))
    pauses, commas = chance.choice((((0.1,), 0.0), ((0.0, 0.1, 0.3, 0.4, 0.5), 0.15)))
    for _ in range(chance.randint(2, 10)):
        start = round(now + chance.choice(pauses), 1)
        now = round(start + chance.uniform(0.1, slowest), 1)
        mark = "," if chance.random() < commas else ""
        words.append(Word("w" * chance.randint(1, longest) + mark, start, now, 0.9))
    return tuple(words)


@pytest.mark.parametrize("channel", [None, 0])
def test_a_sentence_is_cut_and_broken_in_the_cheapest_way_that_fits(channel: int | None) -> None:
    lead = 0 if channel is None else SPEAKER
    chance = random.Random(1)
    for _ in range(150):
        words = sentence(chance)
        pieces, rest = [], words
        for caption in captions([Segment(words, channel)]):
            count = len(" ".join(caption.lines).split())
            piece, rest = rest[:count], rest[count:]
            pieces.append(piece)
            if len(piece) == 1 or len(text(piece)) + lead <= LINE_CHARS:
                assert caption.lines == (text(piece),)
            else:
                ways = two_lines(piece, lead)
                assert ways[caption.lines] == pytest.approx(min(ways.values()))
        assert not rest
        assert all(fits(piece, lead) for piece in pieces)
        assert cost(pieces) == pytest.approx(min(map(cost, all_ways(words, lead))))


def spoken(*texts: str, word_s: float = 0.25) -> tuple[Word, ...]:
    return tuple(Word(one, n * word_s, (n + 1) * word_s, 0.9) for n, one in enumerate(texts))


@pytest.mark.parametrize("channel", [None, 1])
def test_a_line_holds_42_characters_with_the_speakers_name_and_no_more(
    channel: int | None,
) -> None:
    room = LINE_CHARS if channel is None else LINE_CHARS - SPEAKER
    (full,) = captions([Segment(spoken("a" * 10, "b" * (room - 11)), channel)])
    assert len(full.lines) == 1
    (broken,) = captions([Segment(spoken("a" * 10, "b" * (room - 10)), channel)])
    assert len(broken.lines) == 2


def test_a_screen_holds_two_full_lines_and_no_more() -> None:
    (full,) = captions([Segment(spoken("a" * 20, "b" * 21, "c" * 20, "d" * 21))])
    assert [len(line) for line in full.lines] == [42, 42]
    over = captions([Segment(spoken("a" * 20, "b" * 21, "c" * 20, "d" * 22))])
    assert len(over) == 2


def test_a_caption_lasts_three_tenths_of_a_second_and_the_next_begins_after_it() -> None:
    said = (Word("Yes.", 1.0, 1.1, 0.9), Word("No.", 1.2, 1.25, 0.9), Word("So.", 9.0, 9.5, 0.9))
    times = [(one.start, one.end) for one in captions([Segment(said)])]
    assert times == [(1000, 1300), (1300, 1600), (9000, 9500)]


def test_segments_are_shown_in_order_of_time_and_speakers_count_from_one() -> None:
    later, sooner = Word("Then.", 3.0, 4.0, 0.9), Word("First.", 0.0, 2.0, 0.9)
    found = captions([Segment((later,), 0), Segment((sooner,), 1)])
    assert [(one.lines, one.speaker, one.start) for one in found] == [
        (("First.",), 2, 0),
        (("Then.",), 1, 3000),
    ]


@pytest.mark.parametrize(("lengths", "cut_after"), [((18, 31, 10, 39), 2), ((25, 24, 17, 32), 1)])
def test_a_pause_in_the_middle_is_better_than_a_comma_far_from_it_and_not_than_one_that_is_near(
    lengths: tuple[int, ...], cut_after: int
) -> None:
    first, *rest = ("w" * length for length in lengths)
    words = [Word(f"{first[1:]},", 0.0, 1.0, 0.9)]
    words += [Word(one, 1.0 + n, 2.0 + n, 0.9) for n, one in enumerate(rest)]
    words[2:] = [Word(one.text, one.start + 0.5, one.end + 0.5, 0.9) for one in words[2:]]
    found = captions([Segment(tuple(words))])
    assert [len(" ".join(one.lines).split()) for one in found] == [cut_after, 4 - cut_after]


@pytest.mark.parametrize(("lengths", "first_line"), [((4, 17, 22), 22), ((7, 14, 22), 7)])
def test_a_line_is_broken_at_a_pause_unless_that_leaves_it_all_but_empty(
    lengths: tuple[int, ...], first_line: int
) -> None:
    first, *rest = ("w" * length for length in lengths)
    words = [Word(first, 0.0, 0.5, 0.9)]
    words += [Word(one, 1.0 + n, 2.0 + n, 0.9) for n, one in enumerate(rest)]
    (caption,) = captions([Segment(tuple(words))])
    assert len(caption.lines[0]) == first_line
