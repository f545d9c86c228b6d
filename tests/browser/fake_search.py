"""What the fake API finds: recordings with the very words, and what is like them on purpose."""

from collections import Counter
from typing import Any

from tests.browser.spoken import FACETS, MODEL, RECORDINGS, UPLOADED, Spoken, word_in

PAGE_SIZE = 10
# What marks a word as matching "river" in each of the four ways; other queries match exactly.
KINDS = {"river": {"river": "exact", "rivers": "stem", "rivver": "near", "quiver": "sound"}}


def hit(spoken: Spoken, q: str, exact: bool = False) -> dict[str, Any] | None:
    asked = q.lower().split()
    marks: list[dict[str, Any]] = []
    for i, (text, _, _) in enumerate(spoken.words):
        for word in asked:
            kind = KINDS.get(word, {word: "exact"}).get(word_in(text).lower())
            if kind and (kind == "exact" or not exact):
                marks.append({"word": i, "kind": kind})
    if not marks and asked:
        return None
    order = ["exact", "stem", "near", "sound"]
    best = min((order.index(mark["kind"]) for mark in marks), default=0)
    return {
        "recording_id": spoken.id,
        "key": spoken.key,
        "text": spoken.text,
        "start": 0.0,
        "end": spoken.duration,
        "words": spoken.words,
        "marks": marks,
        "duration": spoken.duration,
        **{name: getattr(spoken, name) or "unknown" for name in FACETS},
        "source": spoken.source,
        "model": MODEL,
        "uploaded_at": UPLOADED,
        "confidence": 0.9,
        "estimated_times": spoken.is_import,
        "others": [],
        "score": 1 - 0.1 * best,
        "match": "maybe" if order[best] == "sound" else "holds",
    }


def marks(spoken: Spoken, query: dict[str, list[str]]) -> dict[str, Any]:
    """All marks of one recording."""
    found = hit(spoken, query["q"][0], query.get("exact") == ["true"])
    return {"marks": found["marks"] if found else []}


def search(query: dict[str, list[str]]) -> dict[str, Any]:
    q = query.get("q", [""])[0]
    page = int(query.get("page", ["1"])[0])
    exact = query.get("exact") == ["true"]
    hits = [found for spoken in RECORDINGS if (found := hit(spoken, q, exact))]
    hits = [found for found in hits if _within(found, query)]
    hits.sort(key=lambda found: -found["score"])
    if query.get("sort") == ["longest"]:
        hits.sort(key=lambda found: -found["duration"])
    chosen = {name: query[name] for name in FACETS if name in query}

    def passes(found: dict[str, Any], but: str = "") -> bool:
        return all(found[name] in values for name, values in chosen.items() if name != but)

    facets = {}
    for name in FACETS:
        counts = Counter(
            found[name] for found in hits if found["match"] == "holds" and passes(found, but=name)
        )
        facets[name] = [
            {"value": value, "count": count, "selected": value in chosen.get(name, [])}
            for value, count in counts.most_common()
        ]
    if "collection" in query.get("facet", []):  # only where it is asked for, as the API has it
        facets["collection"] = [
            {"value": value, "count": 1, "selected": value in query.get("collection", [])}
            for value in ("<b>Winter</b>", "Summer")
        ]
    left = [found for found in hits if passes(found)]
    holding = [found for found in left if found["match"] == "holds"]
    maybe = len(left) - len(holding)
    if query.get("sort", ["relevance"]) != ["relevance"]:
        left = holding
    start = (page - 1) * PAGE_SIZE
    return {
        "total": len(holding),
        "maybe": maybe,
        "total_relation": "eq",
        "took_ms": 7,
        "hits": left[start : start + PAGE_SIZE],
        "facets": facets,
        "relaxed": len(q.split()) > 2,
        "did_you_mean": "river" if q == "rivor" else None,
    }


def _within(found: dict[str, Any], query: dict[str, list[str]]) -> bool:
    """Whether it is in the folder, of the length and of the days that are asked for."""
    lengths = [length.split("-") for length in query.get("duration", [])]
    return (
        found["key"].startswith(query.get("prefix", [""])[0])
        and query.get("after", [""])[0] <= found["uploaded_at"]
        and found["uploaded_at"] < query.get("before", ["9999"])[0]
        and all(
            float(low or 0) <= found["duration"] < float(high or "inf") for low, high in lengths
        )
    )


def overview() -> dict[str, Any]:
    """What the fake API has as a whole."""

    def shares(counted: Counter[str]) -> list[dict[str, Any]]:
        return [{"value": value, "count": n} for value, n in counted.most_common()]

    seconds = [spoken.duration for spoken in RECORDINGS]
    searchable = {
        "recordings": len(RECORDINGS),
        "hours": round(sum(seconds) / 3600, 4),
        "first": UPLOADED,
        "last": UPLOADED,
        "every": "month",
        "uploaded": [{"value": "2025-10-01", "count": 0}, {"value": "2025-11-01", "count": 30}],
        "durations": shares(Counter("0-10" if one < 10 else "10-" for one in seconds)),
        "models": [{"value": MODEL, "count": len(RECORDINGS)}],
        "accents": shares(Counter(spoken.accent or "unknown" for spoken in RECORDINGS)),
        "examples": ["river", "lavender", "lantern", "orchard", "harbour"],
    }
    failures = [{"code": "not_audio", "message": "<b>This</b> file holds no audio.", "count": 1}]
    return {
        "searchable": searchable,
        "waiting": 0,
        "failed": 1,
        "counted_to": 100,
        "failures": failures,
    }


def suggestions(q: str) -> list[str]:
    said = sorted({word_in(text).lower() for spoken in RECORDINGS for text, _, _ in spoken.words})
    return [word for word in said if word.startswith(q.lower())][:8]
