"""Which shown words lie where the sound holds what was asked, whatever they say."""

from collections.abc import Sequence

from earshot.search.request import Mark, Stretch

TimedWord = tuple[str, float, float]  # text, start and end in seconds of the recording


def with_sound(
    said: Sequence[Mark], words: Sequence[TimedWord], stretches: Sequence[Stretch]
) -> tuple[Mark, ...]:
    """The marks of a passage whose sound was looked into.

    Words that say what was asked keep theirs. Which of the others sound like it, the sound tells
    better than their letters; where no word lies under it, the nearest one is marked.
    """
    if not stretches:
        return tuple(said)
    known = {mark.word: mark for mark in said}
    found = {word: mark for word, mark in known.items() if mark.kind != "sound"}
    for stretch in stretches:
        for n in _under(words, stretch):
            found[n] = known.get(n, Mark(n, "sound"))
    return tuple(found[n] for n in sorted(found))


def _under(words: Sequence[TimedWord], stretch: Stretch) -> list[int]:
    """The words of which half lies under the stretch, or that hold half of it; or the nearest."""
    under = [
        n
        for n, (_, start, end) in enumerate(words)
        if _shared(start, end, stretch) > min(end - start, stretch.end - stretch.start) / 2
    ]
    if under or not words:
        return under
    middle = (stretch.start + stretch.end) / 2
    return [min(range(len(words)), key=lambda n: abs(sum(words[n][1:]) / 2 - middle))]


def _shared(start: float, end: float, stretch: Stretch) -> float:
    return min(end, stretch.end) - max(start, stretch.start)
