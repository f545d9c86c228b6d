"""An engine in memory: it understands the part of OpenSearch's language that search speaks.

It scores by boosts alone, so what it finds is what an engine finds, and in which order is up to the
code that is tested.
"""

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from earshot.recordings.record import Recording
from earshot.search import facets
from earshot.search.digest import PassageDigest, unpack
from earshot.search.engine import Ask, Candidate, Found, Place
from earshot.search.mapping import document_id, documents
from earshot.search.query import Query

Document = Mapping[str, Any]


@dataclass
class MemoryEngine:
    """Passages of recordings; `asked` are the round trips, each with its searches, and `opened` the
    documents that were asked for by their ids."""

    recordings: Sequence[Recording]
    chosen: facets.Chosen = field(default_factory=dict)
    asked: list[Sequence[Ask]] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._documents = dict(one for each in self.recordings for one in documents(each))

    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        if asks:
            self.asked.append(asks)
        return [self._found(one) for one in asks]

    def ordered(
        self,
        query: Query,
        sort: Sequence[Mapping[str, str]],
        size: int,
        after: Sequence[Any] = (),
        but: Sequence[str] = (),
    ) -> list[Place]:
        assert not after
        found = [
            one
            for one in self._matching(query)
            if self._is_chosen(one[0]) and one[0]["recording_id"] not in but
        ]
        for by in reversed(sort):
            ((name, direction),) = by.items()
            found.sort(
                key=lambda one: one[1] if name == "_score" else one[0][name],
                reverse=direction == "desc",
            )
        return [
            Place(
                one["recording_id"], one["n"], one["passages"], score,
                tuple(score if "_score" in by else one[next(iter(by))] for by in sort),
            )
            for one, score in found[:size]
        ]  # fmt: skip

    def best_of_each(self, query: Query, recording_ids: Sequence[str]) -> dict[str, int]:
        best: dict[str, int] = {}
        for one, _ in self._matching(query):
            if one["recording_id"] in recording_ids:
                best.setdefault(one["recording_id"], one["n"])
        return best

    def documents(self, document_ids: Sequence[str]) -> dict[str, tuple[Document, PassageDigest]]:
        self.opened += document_ids
        return {one: (self._documents[one], _digest(self._documents[one])) for one in document_ids}

    def _found(self, ask: Ask) -> Found:
        everything = self._matching(ask.query)
        found = [one for one in everything if not ask.chosen or self._is_chosen(one[0])]
        candidates = [
            Candidate(
                Place(digest.recording_id, digest.n, digest.passages, score),
                digest,
                one["display"],
                _letters(one) if ask.letters else None,
            )
            for one, score in found[: ask.size]
            for digest in (_digest(one),)
        ]
        if ask.counted is None:
            return Found(candidates)
        counted = _aggregations(ask.counted, [one for one, _ in everything])
        return Found(candidates, len(found), counted)

    def _matching(self, query: Query) -> list[tuple[Document, float]]:
        scored = ((one, _score(query, one)) for one in self._documents.values())
        found = [(one, score) for one, score in scored if score is not None]
        return sorted(found, key=lambda pair: -pair[1])

    def _is_chosen(self, document: Document) -> bool:
        return _score(facets.any_of_each(self.chosen), document) is not None


def _id(document: Document) -> str:
    return document_id(document["recording_id"], document["n"])


def _letters(document: Document) -> bytes | None:
    return base64.b64decode(document["letters"]) if "letters" in document else None


def _digest(document: Document) -> PassageDigest:
    digest = unpack(document["digest"])
    assert digest
    return digest


def _score(query: Query, document: Document) -> float | None:
    """None where the document does not match."""
    ((kind, about),) = query.items()
    return _KINDS[kind](about, document)


def _bool(about: Mapping[str, Any], document: Document) -> float | None:
    def scores(part: str) -> list[float | None]:
        return [_score(one, document) for one in about.get(part, ())]

    must, should, never = scores("must"), scores("should"), scores("must_not")
    if None in (*must, *scores("filter")) or any(one is not None for one in never):
        return None
    matching = [one for one in should if one is not None]
    alone = not must and "filter" not in about and should
    if len(matching) < about.get("minimum_should_match", 1 if alone else 0):
        return None
    return float(about.get("boost", 1.0)) * sum(one or 0.0 for one in (*must, *matching))


def _dis_max(about: Mapping[str, Any], document: Document) -> float | None:
    found = [_score(one, document) for one in about["queries"]]
    return max((one for one in found if one is not None), default=None)


def _term(about: Mapping[str, Any], document: Document) -> float | None:
    ((name, wanted),) = about.items()
    value, boost = (
        (wanted["value"], wanted["boost"]) if isinstance(wanted, Mapping) else (wanted, 1.0)
    )
    return boost if value in _values(document, name) else None


def _terms(about: Mapping[str, Any], document: Document) -> float | None:
    ((name, wanted),) = ((key, value) for key, value in about.items() if key != "boost")
    found = not set(wanted).isdisjoint(_values(document, name))
    return float(about.get("boost", 1.0)) if found else None


def _phrase(about: Mapping[str, Any], document: Document) -> float | None:
    ((name, wanted),) = about.items()
    found = any(f" {wanted['query']} " in f" {text} " for text in document[name])
    return float(wanted["boost"]) if found else None


def _range(about: Mapping[str, Any], document: Document) -> float | None:
    ((name, bounds),) = about.items()
    value = document[name]
    is_within = value >= bounds.get("gte", value) and value < bounds.get("lt", value + 1)
    return 1.0 if is_within and value > bounds.get("gt", value - 1) else None


_KINDS: dict[str, Callable[[Mapping[str, Any], Document], float | None]] = {
    "bool": _bool,
    "dis_max": _dis_max,
    "term": _term,
    "terms": _terms,
    "match_phrase": _phrase,
    "range": _range,
    "match_all": lambda about, document: 1.0,
    "exists": lambda about, document: 1.0 if document.get(about["field"]) else None,
    "ids": lambda about, document: 1.0 if _id(document) in about["values"] else None,
}


def _values(document: Document, name: str) -> Sequence[Any]:
    """The tokens of a searched field, or a field's one value."""
    value = document[name]
    return [token for text in value for token in text.split()] if type(value) is list else [value]


def _aggregations(asked: Mapping[str, Any], among: Sequence[Document]) -> dict[str, Any]:
    return {name: _aggregation(one, among) for name, one in asked.items()}


def _aggregation(asked: Mapping[str, Any], among: Sequence[Document]) -> dict[str, Any]:
    inner = asked.get("aggs", {})

    def bucket(documents: Iterable[Document]) -> dict[str, Any]:
        found = list(documents)
        return {"doc_count": len(found), **_aggregations(inner, found)}

    if "filter" in asked:
        return bucket(one for one in among if _score(asked["filter"], one) is not None)
    if "filters" in asked:
        wanted = asked["filters"]["filters"]
        return {
            "buckets": {
                name: bucket(one for one in among if _score(query, one) is not None)
                for name, query in wanted.items()
            }
        }
    if "terms" in asked:
        name = asked["terms"]["field"]
        values = sorted({one[name] for one in among})
        return {
            "buckets": [
                {"key": value, **bucket(one for one in among if one[name] == value)}
                for value in values
            ]
        }
    if "range" in asked:
        name = asked["range"]["field"]
        return {
            "buckets": [
                {"key": one["key"], **bucket(
                    each for each in among
                    if one.get("from", 0) <= each[name] < one.get("to", float("inf"))
                )}
                for one in asked["range"]["ranges"]
            ]
        }  # fmt: skip
    if "max" in asked:
        return {"value": max((one[asked["max"]["field"]] for one in among), default=None)}
    return {"value": len({one[asked["cardinality"]["field"]] for one in among})}
