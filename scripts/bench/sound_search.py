"""The same clips and queries the whole way: indexed on a node and searched as a page asks for them,
once with the listener's frame letters in the index and once without."""

import statistics
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from earshot.cli.progress import progress
from scripts import ROOT
from scripts.bench.sound_clips import Clip, Phrase, draw, never_said, share

HOME = ROOT / ".local" / "bench-opensearch"
WAYS = {"text": False, "text_and_sound": True}  # whether the index has the letters
PAGE = 10  # hits


def searched(
    clips: Sequence[Clip], asked: int, count: int, seed: int
) -> Iterator[Mapping[str, Any]]:
    """For every kind of query what stands on the first page, and how long it takes."""
    from earshot.search.client import connect
    from scripts.local import opensearch

    client = connect(opensearch.start(HOME, lambda line: print(line, file=sys.stderr)), timeout=120)
    try:
        aliases = {way: f"bench-sound-{way}" for way in WAYS}
        for way, alias in aliases.items():
            _fill(client, alias, clips, with_letters=WAYS[way])
        rows = draw(clips, range(asked), count, seed)
        for kind, queries in rows.queries.items():
            answers = [{clips[at].name for at in rows.answers[query]} for query in queries]
            pages = _ask(client, aliases, kind, queries)
            yield {
                "figure": "searched",
                "what": kind,
                "queries": len(queries),
                "clips": len(clips),
                **{way: _found(each, answers) | _took(each) for way, each in pages.items()},
            }
        words = never_said(clips, rows.queries["rare words that neither text has"], seed)
        pages = _ask(client, aliases, "never said", [(word,) for word in words])
        yield {
            "figure": "searched",
            "what": "words that nobody said",
            "queries": len(words),
            "clips": len(clips),
            **{way: _listed(each) | _took(each) for way, each in pages.items()},
        }
    finally:
        opensearch.stop(HOME)


def _ask(
    client: Any, aliases: Mapping[str, str], kind: str, queries: Sequence[Phrase]
) -> dict[str, list[Any]]:
    """The first pages; each query is put to the indices one right after the other."""
    from earshot.search.request import SearchRequest
    from earshot.search.searcher import search

    pages: dict[str, list[Any]] = {way: [] for way in aliases}
    with progress(f"Searching: {kind}", len(queries)) as on:
        for query in queries:
            for way, alias in aliases.items():
                began = time.perf_counter()
                page = search(client, alias, SearchRequest(" ".join(query), size=PAGE))
                pages[way].append((page, time.perf_counter() - began))
            on(1)
    return pages


def _found(pages: Sequence[Any], answers: Sequence[set[str]]) -> dict[str, Any]:
    places = [
        next((n for n, hit in enumerate(page.hits) if hit.key in names), PAGE)
        for (page, _), names in zip(pages, answers, strict=True)
    ]
    return {f"in_{n}": share([place < n for place in places]) for n in (1, PAGE)} | _listed(pages)


def _listed(pages: Sequence[Any]) -> dict[str, Any]:
    hits = [hit for page, _ in pages for hit in page.hits]
    return {
        "with_a_hit_that_holds": share([page.total > 0 for page, _ in pages]),
        "maybes_a_query": round(sum(page.maybe for page, _ in pages) / max(len(pages), 1), 2),
        "of_them_by_sound": sum(hit.sound is not None for hit in hits),
        "hits_without_a_mark": sum(not hit.marks for hit in hits),
    }


def _took(pages: Sequence[Any]) -> dict[str, Any]:
    taken = sorted(1000 * seconds for _, seconds in pages)
    p95 = taken[int(len(taken) * 0.95)] if taken else 0.0
    return {"median_ms": round(statistics.median(taken or [0.0]), 1), "p95_ms": round(p95, 1)}


def _fill(client: Any, alias: str, clips: Sequence[Clip], with_letters: bool) -> None:
    from earshot.search.index import SearchIndex

    client.indices.delete(index=f"{alias}-*", ignore_unavailable=True)
    index = SearchIndex(client, alias, refresh_interval="-1")
    index.ensure()
    if failed := index.project([_recording(clip, with_letters) for clip in clips]):
        raise RuntimeError(f"not indexed: {failed[0][1]}")
    client.indices.refresh(index=alias)
    client.indices.forcemerge(index=alias, params={"max_num_segments": 1})
    client.indices.refresh(index=alias)


def _recording(clip: Clip, with_letters: bool) -> Any:
    from earshot.recordings.ids import recording_id
    from earshot.recordings.record import Recording, Status
    from earshot.speech import frame_letters
    from earshot.speech.transcript import Provenance, Transcript

    return Recording(
        recording_id=recording_id(clip.name),
        key=clip.name,
        status=Status.DONE,
        revision=1,
        updated_at="2026-01-01T00:00:00Z",
        transcript=Transcript(
            _evenly(clip.writer, clip.seconds),
            clip.seconds,
            Provenance("demo", "bench", "onnx-int8", "beam", "bench", writer="moonshine-tiny"),
            heard=_evenly(clip.listener, clip.seconds),
            letters=frame_letters.pack(clip.letters) if with_letters else None,
        ),
        passages=1,
    )


def _evenly(words: Sequence[str], seconds: float) -> tuple[Any, ...]:
    """A segment of words that share the time evenly: no times are compared here."""
    from earshot.speech.transcript import Segment, Word

    times = [seconds * n / max(len(words), 1) for n in range(len(words) + 1)]
    timed = zip(words, pairwise(times), strict=True)
    said = tuple(Word(word, start, end, 1.0) for word, (start, end) in timed)
    return (Segment(said),) if said else ()
