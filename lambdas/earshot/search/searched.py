"""What of a passage's words is looked up: as they are, by stem, by sound and with slips."""

from collections.abc import Iterable, Sequence

from earshot.search import analysis, misheard
from earshot.search.digest import PassageDigest


def searched(digest: PassageDigest) -> dict[str, list[str]]:
    """The searched fields, one value for each text: so no phrase runs from one into the other.

    What holds a question is looked up in what is shown. Where the listener heard otherwise it is
    mostly wrong, and so its own words make maybes.
    """
    shown, *heard = digest.texts
    tokens = shown.tokens.split()
    misspelt = [
        key
        for token, familiar in zip(tokens, shown.familiar, strict=True)
        if misheard.may_be_misspelt(token, familiar)
        for key in misheard.indexed_keys(token)
    ]
    said = {
        "written": shown.written.split(),
        "exact": tokens,
        "stem": [analysis.stem(token) for token in tokens if token not in analysis.STOP_WORDS],
        "misheard": [*misspelt, *misheard.joined_keys(tokens)],
        "listener": [token for text in heard for token in text.tokens.split()],
    }
    fields = {name: [" ".join(values)] for name, values in said.items()}
    for text in digest.texts:
        for name, values in _similar(text.tokens.split()).items():
            fields.setdefault(name, []).append(" ".join(values))
    return fields


def _similar(tokens: Sequence[str]) -> dict[str, Iterable[str]]:
    sounds = list(map(analysis.sound, tokens))
    pairs = zip(tokens, sounds, strict=True)
    telling = [(token, sound) for token, sound in pairs if token not in analysis.STOP_WORDS]
    return {
        "sound": sounds,
        "slips": (slip for token, _ in telling for slip in analysis.slips(token)),
        "sound_slips": (slip for _, sound in telling for slip in analysis.slips(sound)),
        "grams": analysis.grams(tokens),
    }
