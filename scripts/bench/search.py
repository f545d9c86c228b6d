"""Does search find what was said although it was misheard, only that, and how fast?

Measured beside the query that Earshot set out from: one `match` with the english analyzer and
fuzziness AUTO. Each query is put to both, one right after the other.
"""

import json
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli.progress import progress
from scripts import ROOT
from scripts.bench.queries import Row, draw
from scripts.bench.search_corpus import fill, large_corpus
from scripts.bench.transcribed import read_clips

HOME = ROOT / ".local" / "bench-opensearch"
FIRST_PAGE, LONGEST_PAGE = 10, 100  # hits
SORTED_QUERIES = 40  # of each row, asked newest first too
TIMED_QUERIES = 2000  # at most


@dataclass(frozen=True, slots=True)
class Answer:
    """The keys of the hits in order, of those that hold the query, and the hits without a mark."""

    keys: Sequence[str]
    holds: Sequence[str]
    unmarked: int = 0


Ask = Callable[[str, int], Answer]


def search(
    transcripts: Annotated[
        Path, typer.Option("--csv", help="With columns filename, text, generated_text, duration.")
    ],
    split: Annotated[str, typer.Option(help="held-out, development or all.")] = "held-out",
    count: Annotated[int, typer.Option(help="Queries of every kind.")] = 500,
    passages: Annotated[int, typer.Option(help="For the latency; 0 leaves it out.")] = 100_000,
    words: Annotated[int, typer.Option(help="A passage's; 0: as many as a clip has.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the drawing.")] = 1,
) -> None:
    """Search published transcripts for what was really said; print success and latency."""
    if split not in ("held-out", "development", "all"):
        raise typer.BadParameter("It is held-out, development or all.", param_hint="--split")
    if not transcripts.is_file():
        print(f"error: there is no {transcripts}", file=sys.stderr)
        raise typer.Exit(2)
    from earshot.search.client import connect
    from scripts.local import opensearch

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    client = connect(opensearch.start(HOME, say), timeout=120)
    try:
        clips = read_clips(transcripts)
        rows = draw(clips, split, count, seed)  # type: ignore[arg-type]
        fill(client, "bench-clips", clips)
        about = {"split": split, "clips": len(clips)}
        for figure in _quality(client, "bench-clips", rows):
            print(json.dumps(figure | about), flush=True)
        if passages:
            alias = f"bench-{passages}-{words}"
            fill(client, alias, large_corpus(clips, passages, words, seed))
            for figure in _latency(_askers(client, alias), rows, passages, words, seed):
                print(json.dumps(figure), flush=True)
    finally:
        opensearch.stop(HOME)


def _askers(client: Any, alias: str) -> dict[str, Ask]:
    from earshot.search.request import SearchRequest
    from earshot.search.searcher import search as ours

    def origin(q: str, size: int) -> Answer:
        body = {
            "query": {"match": {"generated_text": {"query": q, "fuzziness": "AUTO"}}},
            "aggs": {name: {"terms": {"field": name}} for name in ("age", "gender", "accent")},
            "size": size,
        }
        answer = client.search(index=f"{alias}-origin", body=body)
        keys = [hit["_source"]["filename"] for hit in answer["hits"]["hits"]]
        return Answer(keys, keys)

    def earshot(q: str, size: int) -> Answer:
        hits = ours(client, alias, SearchRequest(q, size=size)).hits
        return Answer(
            [hit.key for hit in hits],
            [hit.key for hit in hits if hit.match == "holds"],
            sum(not hit.marks for hit in hits),
        )

    return {"origin": origin, "earshot": earshot}


# -- how good


def _quality(client: Any, alias: str, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    askers = _askers(client, alias)
    unmarked: Counter[str] = Counter()
    for row in rows:
        size = LONGEST_PAGE if row.kind == "telling" else FIRST_PAGE
        answers: dict[str, list[Answer]] = {name: [] for name in askers}
        with progress(_name(row), len(row.queries)) as on:
            for asked in row.queries:
                for name, ask in askers.items():
                    answers[name].append(ask(asked.q, size))
                on(1)
        yield from _figures(row, answers)
        unmarked["hits"] += sum(len(one.keys) for one in answers["earshot"])
        unmarked["unmarked"] += sum(one.unmarked for one in answers["earshot"])
        unmarked += _newest_first(client, alias, row)
    yield {"figure": "hits without a mark", "earshot": dict(unmarked)}


def _newest_first(client: Any, alias: str, row: Row) -> Counter[str]:
    from earshot.search.request import SearchRequest
    from earshot.search.searcher import search as ours

    found: Counter[str] = Counter()
    for asked in row.queries[:SORTED_QUERIES]:
        hits = ours(client, alias, SearchRequest(asked.q, sort="newest")).hits
        found["hits"] += len(hits)
        found["unmarked"] += sum(not hit.marks for hit in hits)
    return found


def _figures(row: Row, answers: Mapping[str, list[Answer]]) -> Iterator[dict[str, Any]]:
    about = {"kind": row.kind, "words": row.words, "heard": "all" if row.heard else "not all"}
    right = [asked.right for asked in row.queries]
    if row.kind == "never said":
        yield {
            "figure": "never said",
            "queries": len(right),
            **{
                name: {"nothing_holds": _per_cent(not one.holds for one in given)}
                for name, given in answers.items()
            },
        }
        return
    if row.kind == "telling":
        yield {
            "figure": "precision",
            "queries": len(right),
            **{
                name: {
                    "hits_that_say_it": _per_cent(
                        key in ok for one, ok in zip(given, right, strict=True) for key in one.holds
                    )
                }
                for name, given in answers.items()
            },
        }
        return
    yield about | _success(right, answers)
    if not row.heard:
        # What another clip heard right, an exact match answers too; the rest none does.
        unheard = [n for n, asked in enumerate(row.queries) if not asked.heard]
        given = {name: [one[n] for n in unheard] for name, one in answers.items()}
        success = _success([right[n] for n in unheard], given)
        yield about | {"heard": "not all, in no clip"} | success


def _success(
    right: Sequence[frozenset[str]], answers: Mapping[str, Sequence[Answer]]
) -> dict[str, Any]:
    figure: dict[str, Any] = {"figure": "success", "queries": len(right)}
    for name, given in answers.items():
        pairs = [(one.keys, ok) for one, ok in zip(given, right, strict=True)]
        figure[name] = {
            "success_at_1": _per_cent(bool(keys) and keys[0] in ok for keys, ok in pairs),
            "success_at_10": _per_cent(not ok.isdisjoint(keys[:10]) for keys, ok in pairs),
            "relevant_on_top": _per_cent(_on_top(keys, ok) for keys, ok in pairs),
            "zero_results": _per_cent(not keys for keys, _ in pairs),
        }
    return figure


def _on_top(keys: Sequence[str], right: frozenset[str]) -> float:
    """Of n relevant clips (ten of more), the share of the first n hits that are relevant."""
    places = min(len(right), FIRST_PAGE)
    return sum(key in right for key in keys[:places]) / places


def _per_cent(of: Iterable[float]) -> float:
    values = list(of)
    return round(100 * sum(values) / max(len(values), 1), 1)


def _name(row: Row) -> str:
    return f"{row.kind}, {row.words} words, heard: {'all' if row.heard else 'not all'}"


# -- how fast


def _latency(
    askers: Mapping[str, Ask], rows: Sequence[Row], passages: int, words: int, seed: int
) -> Iterator[dict[str, Any]]:
    """Both in turn, twice: the first round warms the caches and is not counted."""
    asked = [one.q for row in rows for one in row.queries]
    random.Random(seed).shuffle(asked)  # noqa: S311
    asked = asked[:TIMED_QUERIES]
    taken: dict[str, list[float]] = defaultdict(list)
    with progress("Latency", 2 * len(asked)) as on:
        for counted in (False, True):
            for q in asked:
                for name, ask in askers.items():
                    began = time.perf_counter()
                    ask(q, FIRST_PAGE)
                    if counted:
                        taken[name].append(1000 * (time.perf_counter() - began))
                on(1)
    cuts = {name: statistics.quantiles(times, n=20) for name, times in taken.items()}
    yield {
        "figure": "latency",
        "passages": passages,
        "words_a_passage": words or "as clips",
        "queries": len(asked),
        **{
            name: {"p50_ms": round(cut[9], 1), "p95_ms": round(cut[18], 1)}
            for name, cut in cuts.items()
        },
        "p95_ratio": round(cuts["earshot"][18] / cuts["origin"][18], 2),
    }
