"""Completions as one types: words that were really said and go on as the typed ones do.

There is no dictionary of its own to keep in step: the passages that hold the beginning of the word
(an indexed prefix, so a look-up) are asked for, and their words are counted.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from earshot.search import analysis
from earshot.search.index import NO_INDEX

MAX_CONTEXT_WORDS = 5  # before the one being typed that are looked at
MAX_PASSAGES = 100  # whose words are counted
ENGINE_TIME_LIMIT = "500ms"  # a completion that comes later is of no use


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to take what was typed: whole tokens, then the beginning of one (or nothing yet)."""

    before: tuple[str, ...]
    beginning: str


def suggest(client: OpenSearch, alias: str, typed: str, size: int) -> Sequence[str]:
    """At most `size` ways to go on from `typed`, the commonest first; none for what has no letters.

    The last word is completed, or the next one found after a space. What was said right after the
    words before it comes ahead of what was only said near them.
    """
    line = _plain(typed)
    head, _, last = line.rpartition(" ")
    readings = _readings(head, last)
    if not readings:
        return []
    try:
        answer = client.search(index=alias, body=_body(readings))
    except NotFoundError as error:
        if error.error != NO_INDEX:
            raise
        return []  # not made yet
    following: Counter[str] = Counter()
    near: Counter[str] = Counter()
    for hit in answer["hits"]["hits"]:
        words = list(_with_tokens(str(text) for text, *_ in hit["_source"]["words"]))
        after, others = _continuations(words, readings, last)
        following.update(after)
        near.update(others - after)
    begin = f"{head} " if head else ""
    ranked = (word for counts in (following, near) for word, _ in counts.most_common())
    return list(dict.fromkeys(begin + word for word in ranked if word != last))[:size]


def _plain(typed: str) -> str:
    """Lower case, no control characters, single spaces; one at the end stays: a word is ended."""
    shown = "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in typed.casefold()
    )
    words = " ".join(shown.split())
    return words + " " if words and shown[-1:].isspace() else words


def _readings(head: str, last: str) -> list[_Reading]:
    """The word being typed by its letters ("dr" may become "drill"), and by what it says if it is
    whole ("doctor"; "don't" are two words)."""
    before = [token.text for token in analysis.tokens(head.split())][-MAX_CONTEXT_WORDS:]
    letters = "".join(filter(str.isalnum, last))[: analysis.MAX_TOKEN_LETTERS]
    readings = {_Reading(tuple(before), letters)}
    if said := analysis.spoken(last):
        readings.add(_Reading((*before, *said[:-1])[-MAX_CONTEXT_WORDS:], said[-1]))
    return [reading for reading in readings if reading.before or reading.beginning]


def _body(readings: Sequence[_Reading]) -> dict[str, Any]:
    """Passages with all words, those first in which they follow each other."""
    return {
        "query": {
            "bool": {
                "filter": {"bool": {"should": [_holds(reading) for reading in readings]}},
                "should": [_says(reading) for reading in readings if reading.before],
            }
        },
        "size": MAX_PASSAGES,
        "_source": ["words"],
        "track_total_hits": False,
        "timeout": ENGINE_TIME_LIMIT,
    }


def _holds(reading: _Reading) -> dict[str, Any]:
    needed: list[dict[str, Any]] = [{"term": {"exact": token}} for token in set(reading.before)]
    if reading.beginning:
        needed.append({"prefix": {"exact": reading.beginning}})
    return {"bool": {"filter": needed}}


def _says(reading: _Reading) -> dict[str, Any]:
    phrase = "match_phrase_prefix" if reading.beginning else "match_phrase"
    said = " ".join([*reading.before, reading.beginning]).strip()
    return {"constant_score": {"filter": {phrase: {"exact": said}}}}


def _continuations(
    words: Sequence[tuple[str, Sequence[str]]], readings: Sequence[_Reading], last: str
) -> tuple[set[str], set[str]]:
    """Of one passage: the words that go on from those before, and all that begin as `last` does."""
    after: set[str] = set()
    others: set[str] = set()
    for reading in readings:
        said: list[str] = []
        for word, tokens in words:
            if word.startswith(last) or tokens[0].startswith(reading.beginning):
                if said[len(said) - len(reading.before) :] == list(reading.before):
                    after.add(word)
                if reading.beginning:
                    others.add(word)
            said.extend(tokens)
    return after, others


def _with_tokens(words: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The words as they are shown, with what they say; not those that say nothing."""
    for text in words:
        tokens = analysis.spoken(text)
        for word in analysis.written([text]):
            if tokens:
                yield word, tokens
