"""What the index holds as a whole: how many recordings, of what, and words in them worth a search.

Two questions, whatever the size of the index: aggregations over one passage of each recording, and
a sample of passages, whose words are then counted in all of them.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from earshot.search.analysis import STOP_WORDS, spoken
from earshot.search.facets import DURATIONS, parse_range
from earshot.search.index import NO_INDEX

Every = Literal["month", "year"]

TIME_LIMIT = "2s"
MONTHS = 24  # at most so many; longer times are counted by years
SHOWN = 10  # values of one kind
EXAMPLES = 6
_SAMPLED = 80  # passages
_COUNTED = 40  # words of them
# Shorter words say little, and longer ones are often several heard as one.
_WORD = re.compile(r"(?<![\w'’])[^\W\d_]{5,11}(?![\w'’])")
_EVERYDAY_WORDS = """
    about after again against along almost already always among another anything around because
    before being below between both could doing during everything every first found going great
    having himself herself itself little looked maybe might morning never nothing often other people
    perhaps quite really right seems several should since small something still their there these
    thing things think those though thought three through today under until usually wanted were
    where whether which while whole whose without would years yourself
"""
_EVERYDAY = frozenset(_EVERYDAY_WORDS.split())


@dataclass(frozen=True, slots=True)
class Share:
    """How many recordings have a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All recordings that can be searched. `uploaded` counts by month or year (`every`),
    each by its first day; `examples` are words that several recordings have, but not most.
    """

    recordings: int = 0
    hours: float = 0.0
    first: str | None = None
    last: str | None = None
    every: Every = "month"
    uploaded: tuple[Share, ...] = ()
    durations: tuple[Share, ...] = ()
    models: tuple[Share, ...] = ()
    accents: tuple[Share, ...] = ()
    examples: tuple[str, ...] = ()


def overview(client: OpenSearch, alias: str, today: date) -> Overview:
    """What there is. The examples are the same all day. An index that is not made holds nothing."""
    try:
        counted = client.search(index=alias, body=_COUNTS)
        if not counted["hits"]["total"]["value"]:
            return Overview()
        return _read(counted, _examples(client, alias, today, counted["hits"]["total"]["value"]))
    except NotFoundError as error:
        if error.error != NO_INDEX:
            raise
        return Overview()


def _range(text: str) -> dict[str, Any]:
    bounds = parse_range(text)
    given = {"from": bounds.low, "to": bounds.high}
    return {"key": text} | {name: value for name, value in given.items() if value is not None}


_MONTHS = {"field": "uploaded_at", "calendar_interval": "month", "format": "yyyy-MM-dd"}
_COUNTS: dict[str, Any] = {
    "query": {"term": {"n": 0}},  # every recording has a first passage
    "size": 0,
    "track_total_hits": True,
    "timeout": TIME_LIMIT,
    "aggs": {
        "seconds": {"sum": {"field": "duration"}},
        "first": {"min": {"field": "uploaded_at"}},
        "last": {"max": {"field": "uploaded_at"}},
        # Below a filter: OpenSearch 2.19 fails at one of many years that stands at the top.
        "uploaded": {"filter": {"match_all": {}}, "aggs": {"months": {"date_histogram": _MONTHS}}},
        "durations": {"range": {"field": "duration", "ranges": [_range(one) for one in DURATIONS]}},
        "models": {"terms": {"field": "model", "size": SHOWN}},
        "accents": {"terms": {"field": "accent", "size": SHOWN}},
    },
}


def _read(counted: Mapping[str, Any], examples: Sequence[str]) -> Overview:
    found = counted["aggregations"]
    months = _shares(found["uploaded"]["months"], name="key_as_string")
    return Overview(
        recordings=counted["hits"]["total"]["value"],
        hours=round(found["seconds"]["value"] / 3600, 4),
        first=found["first"].get("value_as_string"),
        last=found["last"].get("value_as_string"),
        every="month" if len(months) <= MONTHS else "year",
        uploaded=months if len(months) <= MONTHS else _by_year(months),
        durations=_shares(found["durations"]),
        models=_shares(found["models"]),
        accents=_shares(found["accents"]),
        examples=tuple(examples),
    )


def _by_year(months: Sequence[Share]) -> tuple[Share, ...]:
    years: Counter[str] = Counter()
    for month in months:
        years[month.value[:4]] += month.count
    return tuple(Share(f"{year}-01-01", count) for year, count in years.items())


def _shares(counted: Mapping[str, Any], name: str = "key") -> tuple[Share, ...]:
    return tuple(Share(str(one[name]), one["doc_count"]) for one in counted["buckets"])


def _examples(client: OpenSearch, alias: str, today: date, recordings: int) -> list[str]:
    """Words of a sample that several recordings have, so that a search of them finds something to
    compare; those that fewer have come first, since they tell more.
    """
    sample = client.search(index=alias, body=_sample(today))
    texts = [_words(hit["_source"]["text"]) for hit in sample["hits"]["hits"]]
    common = [word for word, _ in Counter(word for text in texts for word in text).most_common()]
    words = [word for word in common if len(spoken(word)) == 1][:_COUNTED]
    if not words:
        return []
    among = client.search(index=alias, body=_holding(words))["aggregations"]["words"]["buckets"]
    held = {word: among[word]["doc_count"] for word in words}
    most = max(3, recordings // 5)
    several = sorted((w for w in words if 2 <= held[w] <= most), key=lambda w: (held[w], -len(w)))
    rare = [word for word in words if held[word] == 1]
    roots = {word[:5]: word for word in reversed([*several, *rare])}  # "river" or "rivers"
    return [word for word in (*several, *rare) if roots[word[:5]] == word][:EXAMPLES]


def _words(text: str) -> set[str]:
    return {
        word
        for word in _WORD.findall(text.lower())
        if word not in STOP_WORDS and word not in _EVERYDAY
    }


def _sample(today: date) -> dict[str, Any]:
    chance = {"random_score": {"seed": today.toordinal(), "field": "_seq_no"}}
    return {
        "query": {"function_score": {"query": {"match_all": {}}, **chance}},
        "size": _SAMPLED,
        "_source": ["text"],
        "track_total_hits": False,
        "timeout": TIME_LIMIT,
    }


def _holding(words: Sequence[str]) -> dict[str, Any]:
    return {
        "size": 0,
        "track_total_hits": False,
        "timeout": TIME_LIMIT,
        "aggs": {
            "words": {
                "filters": {
                    "filters": {word: {"term": {"exact": spoken(word)[0]}} for word in words}
                }
            }
        },
    }
