"""Passages as search compares them, for tests without an engine."""

from collections.abc import Sequence

from earshot.search.digest import PassageDigest, Text


def digest(
    text: str, heard: str | None = None, confidence: float = 0.9, recording_id: str = "id"
) -> PassageDigest:
    """A passage that shows `text`; the listener's words, if given, lie under those they follow."""
    words = text.split()
    texts = [Text.of(words, [confidence] * len(words))]
    if heard is not None:
        texts.append(_heard(heard.split(), len(words), confidence))
    return PassageDigest(recording_id, 0, 1, tuple(texts))


def _heard(words: Sequence[str], shown: int, confidence: float) -> Text:
    under = [min(n, shown - 1) for n in range(len(words))]
    return Text.of(words, [confidence] * len(words), under)
