"""Does search find what was said although it was misheard, and how fast?

Measured beside the query that Earshot set out from: one `match` with the english analyzer and
fuzziness AUTO. Each query is put to both, one right after the other.
"""

import hashlib
import json
import random
import statistics
import string
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli.progress import progress
from scripts import ROOT
from scripts.bench.queries import Answers, Clip, Phrase, Queries, Split, draw, read_clips

HOME = ROOT / ".local" / "bench-opensearch"
MODEL = "facebook/wav2vec2-large-960h"
MISHEARD = 0.1  # of the words of the large corpus
_BATCH = 500
_HITS = 10

Ask = Callable[[str], Sequence[str]]


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
    from scripts.local import opensearch

    def say(line: str) -> None:
        print(line, file=sys.stderr)

    own = opensearch.start(HOME, say)
    try:
        clips = read_clips(transcripts)
        for figure in _measure(own, clips, split, count, passages, words, seed):  # type: ignore[arg-type]
            print(json.dumps(figure), flush=True)
    finally:
        opensearch.stop(HOME)


def _measure(
    url: str, clips: list[Clip], split: Split, count: int, passages: int, words: int, seed: int
) -> Iterator[Mapping[str, Any]]:
    from earshot.search.client import connect

    client = connect(url, timeout=120)
    drawn = draw(clips, split, count, seed)
    answers = Answers.of(clips)
    _fill(client, "bench-clips", clips)
    for queries in drawn:
        for success in _success(_askers(client, "bench-clips"), queries, answers):
            yield {**success, "split": split, "clips": len(clips)}
    if passages:
        alias = f"bench-{passages}-{words}"
        _fill(client, alias, large_corpus(clips, passages, words, seed))
        yield from _latency(_askers(client, alias), drawn, passages, words, seed)


# -- what is asked


def _askers(client: Any, alias: str) -> dict[str, Ask]:
    from earshot.search.request import SearchRequest
    from earshot.search.searcher import search as ours

    def origin(q: str) -> list[str]:
        body = {
            "query": {"match": {"generated_text": {"query": q, "fuzziness": "AUTO"}}},
            "aggs": {name: {"terms": {"field": name}} for name in ("age", "gender", "accent")},
            "size": _HITS,
        }
        answer = client.search(index=f"{alias}-origin", body=body)
        return [hit["_source"]["filename"] for hit in answer["hits"]["hits"]]

    return {
        "origin": origin,
        "earshot": lambda q: [
            hit.key for hit in ours(client, alias, SearchRequest(q, size=_HITS)).hits
        ],
    }


def _success(
    askers: Mapping[str, Ask], queries: Queries, answers: Answers
) -> Iterator[Mapping[str, Any]]:
    """Of all the queries; of misheard ones also of those that no clip at all heard right, which an
    exact match in another clip can't answer.
    """
    heard = "all" if queries.heard else "not all"
    found: dict[Phrase, dict[str, Sequence[str]]] = {}
    with progress(f"{queries.length} words, heard: {heard}", len(queries.phrases)) as on:
        for phrase in queries.phrases:
            found[phrase] = {name: ask(" ".join(phrase)) for name, ask in askers.items()}
            on(1)
    groups = {heard: list(queries.phrases)}
    if not queries.heard:
        groups["not all, in no clip"] = [one for one in queries.phrases if one not in answers.heard]
    for name, phrases in groups.items():
        hits = {one: [found[phrase][one] for phrase in phrases] for one in askers}
        right = [answers.holding[phrase] for phrase in phrases]
        yield _figure(queries.length, name, hits, right)


def _figure(
    length: int, heard: str, found: Mapping[str, list[Sequence[str]]], right: Sequence[set[str]]
) -> Mapping[str, Any]:
    figure: dict[str, Any] = {
        "figure": "success",
        "words": length,
        "heard": heard,
        "queries": len(right),
    }
    for name, hits in found.items():
        figure[name] = {
            "success_at_1": _share(
                bool(ids) and ids[0] in ok for ids, ok in zip(hits, right, strict=True)
            ),
            "success_at_10": _share(
                any(i in ok for i in ids) for ids, ok in zip(hits, right, strict=True)
            ),
            "zero_results": _share(not ids for ids in hits),
        }
    return figure


def _latency(
    askers: Mapping[str, Ask], drawn: Sequence[Queries], passages: int, words: int, seed: int
) -> Iterator[Mapping[str, Any]]:
    """Both in turn, twice: the first round warms the caches and is not counted."""
    asked = [" ".join(phrase) for queries in drawn for phrase in queries.phrases]
    random.Random(seed).shuffle(asked)  # noqa: S311
    taken: dict[str, list[float]] = defaultdict(list)
    with progress("Latency", 2 * len(asked)) as on:
        for counted in (False, True):
            for q in asked:
                for name, ask in askers.items():
                    began = time.perf_counter()
                    ask(q)
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


def _share(of: Iterator[bool] | Any) -> float:
    values = list(of)
    return float(round(100 * sum(values) / max(len(values), 1), 1))


# -- what is searched


def large_corpus(clips: Sequence[Clip], count: int, words: int, seed: int) -> list[Clip]:
    """Passages made of the clips' word pairs, a tenth of the words misheard at random.

    The word frequencies are those of the clips, and the mishearings bring the ever new spellings
    that recognisers bring.
    """
    chance = random.Random(seed)  # noqa: S311
    following: dict[str, list[str]] = defaultdict(list)
    starts: list[str] = []
    for clip in clips:
        heard = clip.heard.lower().split()
        starts.extend(heard[:1])
        for one, two in pairwise(heard):
            following[one].append(two)

    def talk(length: int) -> Iterator[str]:
        word = ""
        for _ in range(length):
            word = chance.choice(following.get(word) or starts)
            yield _misheard(word, chance) if chance.random() < MISHEARD else word

    made: list[Clip] = []
    for number in range(count):
        like = chance.choice(clips)
        length = words or max(1, len(like.heard.split()))
        text = " ".join(talk(length))
        duration = like.duration * length / max(1, len(like.heard.split()))
        made.append(Clip(f"{number}.mp3", text, duration, like.facets, (), ()))
    return made


def _misheard(word: str, chance: random.Random) -> str:
    place = chance.randrange(len(word))
    letter = chance.choice(("", chance.choice(string.ascii_lowercase)))
    return word[:place] + letter + word[place + chance.randrange(2) :] or word


def _fill(client: Any, alias: str, clips: Sequence[Clip]) -> None:
    """Both indices of these clips; those of an earlier run are kept if they are the same."""
    from earshot.search.index import SearchIndex
    from earshot.search.mapping import SCHEMA

    heard = "\n".join(clip.heard for clip in clips)
    mark = f"{SCHEMA}-{len(clips)}-{hashlib.blake2b(heard.encode(), digest_size=8).hexdigest()}"
    origin = f"{alias}-origin"
    if client.indices.exists(index=origin):
        meta = client.indices.get_mapping(index=origin)[origin]["mappings"].get("_meta", {})
        if meta.get("mark") == mark:
            return
    client.indices.delete(index=f"{alias}-*", ignore_unavailable=True)
    index = SearchIndex(client, alias, refresh_interval="-1")
    index.ensure()
    _make_origin(client, origin)
    with progress("Indexing", len(clips)) as on:
        for start in range(0, len(clips), _BATCH):
            batch = clips[start : start + _BATCH]
            failed = index.project([_recording(clip) for clip in batch])
            if failed:
                raise RuntimeError(f"not indexed: {failed[0][1]}")
            _add_to_origin(client, origin, batch)
            on(len(batch))
    client.indices.refresh(index=[alias, origin])
    for one in (alias, origin):  # how many segments there are would else be left to chance
        client.indices.forcemerge(index=one, params={"max_num_segments": 1})
    client.indices.refresh(index=[alias, origin])
    client.indices.put_mapping(index=origin, body={"_meta": {"mark": mark}})


def _recording(clip: Clip) -> Any:
    from earshot.recordings.ids import recording_id
    from earshot.recordings.imported import imported_transcript
    from earshot.recordings.record import Recording, Source, Status

    return Recording(
        recording_id=recording_id(clip.key),
        key=clip.key,
        status=Status.DONE,
        revision=1,
        updated_at="2026-01-01T00:00:00Z",
        source=Source.IMPORT,
        facets=clip.facets,
        transcript=imported_transcript(clip.heard, clip.duration, MODEL, "bench"),
        passages=1,
    )


def _make_origin(client: Any, name: str) -> None:
    fields: dict[str, Any] = {"generated_text": {"type": "text", "analyzer": "english"}}
    fields |= {name: {"type": "keyword"} for name in ("filename", "age", "gender", "accent")}
    fields["duration"] = {"type": "float"}
    settings = {"number_of_shards": 1, "number_of_replicas": 0, "refresh_interval": "-1"}
    client.indices.create(
        index=name, body={"settings": settings, "mappings": {"properties": fields}}
    )


def _add_to_origin(client: Any, name: str, clips: Sequence[Clip]) -> None:
    lines: list[dict[str, Any]] = []
    for clip in clips:
        document = {"filename": clip.key, "generated_text": clip.heard, "duration": clip.duration}
        lines += [{"index": {}}, {**document, **clip.facets}]
    answer = client.bulk(index=name, body=lines)
    if answer["errors"]:
        raise RuntimeError("the reference index took not all")
