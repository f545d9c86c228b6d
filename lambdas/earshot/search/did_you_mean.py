"""Did you mean: the index's own words for typed ones that neither it nor the language knows."""

import re
from collections import Counter
from collections.abc import Sequence

from earshot.search import analysis, query
from earshot.search.digest import PassageDigest
from earshot.search.engine import Ask, Engine
from earshot.search.language import commonness
from earshot.search.likeness import alike
from earshot.search.question import Question, parse
from earshot.search.selection import Selection

MIN_LIKENESS = 0.6  # of at most 0.8 for a word with another stem
MIN_LETTERS = 4  # of short words too many are alike
PASSAGES_A_WORD = 10  # that are like it, where those that were compared say nothing like it


def did_you_mean(engine: Engine, q: str, question: Question, selection: Selection) -> str | None:
    """The query with its unknown words replaced by alike ones that passages say: those that were
    compared, else those that are like the word alone.

    None when the index or the language knows every word, when there is nothing alike, or when the
    other query would not find more.
    """
    unknown = unknown_words(question, selection)
    if not unknown:
        return None
    better = replacements(unknown, [one.digest for one in selection.compared])
    if missing := [word for word in unknown if word not in better]:
        better |= replacements(missing, _passages_like(engine, missing))
    meant = re.sub(r"[^\s\"“”„«»]+", lambda typed: _replaced(typed[0], better), q)
    if not better or meant == q:
        return None
    if selection.relaxed:  # now one more of its words is said
        return meant
    other = parse(meant, question.exact)
    (found,) = engine.ask([Ask(query.holds(other, query.enough(other)), 0, {})])
    return meant if found.total > selection.total else None


def unknown_words(question: Question, selection: Selection) -> list[str]:
    """The free words that no passage says in any form, and that are no words of the language."""
    said = selection.frequencies.said
    return [
        word
        for word in dict.fromkeys(question.words)
        if len(word) >= MIN_LETTERS and said.get(word) == 0 and not commonness(word)
    ]


def _passages_like(engine: Engine, words: Sequence[str]) -> list[PassageDigest]:
    found = engine.ask([Ask(query.similar(word), PASSAGES_A_WORD) for word in words])
    return [one.digest for some in found for one in some.candidates]


def replacements(words: Sequence[str], passages: Sequence[PassageDigest]) -> dict[str, str]:
    """For each word the most alike one that the passages say and the language knows."""
    heard = [item for one in passages for item in one.vocabulary().items()]
    said = Counter(token for token, _ in heard)
    known = {token for token, familiar in heard if familiar != "0"}
    better: dict[str, str] = {}
    for word in words:
        options = {
            token: one.likeness
            for token, one in alike(word, known).items()
            if one.likeness >= MIN_LIKENESS
        }
        if options:
            better[word] = max(options, key=lambda token: (options[token], said[token], token))
    return better


def _replaced(typed: str, better: dict[str, str]) -> str:
    spoken = analysis.spoken(typed)
    return better.get(spoken[0], typed) if len(spoken) == 1 else typed
