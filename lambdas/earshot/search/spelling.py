"""Did you mean: the index's own words for typed ones that nobody was heard to say."""

import re
from collections import Counter
from collections.abc import Iterable

from earshot.search import analysis, query, rank
from earshot.search.engine import Engine
from earshot.search.heard import Heard
from earshot.search.query import Question
from earshot.search.selection import Selection

_ALIKE = 0.6  # of at most 0.8 for a word with another stem
_SHORTEST = 4  # letters; of short words too many are alike


def did_you_mean(engine: Engine, q: str, question: Question, selection: Selection) -> str | None:
    """The query with its unheard words replaced by alike ones of the best passages.

    None when every word was heard somewhere, or when there is nothing alike.
    """
    heard = [ranked.place.heard for ranked in selection.window if ranked.place.heard]
    unheard = [word for word in set(question.tokens) if _is_unheard(word, heard)]
    if not unheard:
        return None
    words = [word for one in heard for word in one.vocabulary().items()]
    said = Counter(token for token, _ in words)
    known = {token for token, familiar in words if familiar != "0"}
    better: dict[str, str] = {}
    for word in unheard:
        options = {
            token: likeness
            for token, likeness in rank.alike(word, said.keys()).items()
            if token in known and likeness >= _ALIKE
        }
        if options and not engine.holds(query.said(word)):
            better[word] = max(options, key=lambda token: (options[token], said[token], token))
    meant = re.sub(r"[^\s\"“”„«»]+", lambda typed: _replaced(typed[0], better), q)
    return meant if better and meant != q else None


def _is_unheard(word: str, heard: Iterable[Heard]) -> bool:
    if query.is_common(word) or len(word) < _SHORTEST:
        return False
    return not any(f" {word} " in f" {one.tokens} " for one in heard)


def _replaced(typed: str, better: dict[str, str]) -> str:
    spoken = analysis.spoken(typed)
    return better.get(spoken[0], typed) if len(spoken) == 1 else typed
