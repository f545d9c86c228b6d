"""A new index out of the table, while searches and writes go on.

The index function writes through the alias all the time and knows nothing of this. No write is
lost, because the table is the truth and every copy carries the recording's revision as an external
version, so it does not matter how often, or in what order, something is copied:

1. everything in the table is copied into a new index;
2. what changed meanwhile is copied again, so that little is missing when
3. the new index is judged: it must hold as many documents as the table's recordings have passages,
   and sample phrases must find their recordings;
4. the alias is swapped, in one step;
5. what changed since 2 began is copied once more. A write that went into the old index, even one
   that was under way during the swap, was in the table before, and so this copy finds it; what
   comes later goes to the new index by itself. What vanished from the table without a tombstone is
   deleted by a last comparison of ids.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from opensearchpy import OpenSearch

from earshot.errors import EarshotError
from earshot.recordings.passages import count_passages, passages
from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings
from earshot.search import analysis, versions
from earshot.search.index import SearchIndex
from earshot.search.mapping import document_id
from earshot.search.request import SearchRequest
from earshot.search.searcher import search
from earshot.search.versions import UnderWay, Version

SAMPLE_RECORDINGS = 50  # recordings that are looked for before the swap
SAMPLE_WORDS = 4
# A write's time is taken before it is made, on another machine's clock.
MARGIN = timedelta(minutes=5)
_BATCH_RECORDINGS = 200
_REASONS_SHOWN = 5

Advance = Callable[[int], None]


class Disagreement(EarshotError):
    """The new index is not what the table says; it was not put in use."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild did: `documents` of `recordings` in the index `name`.

    `failures` are recordings that can't be written, with the reason; the old index had not got them
    either.
    """

    name: str
    recordings: int = 0
    documents: int = 0
    failures: list[tuple[Recording, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Copy:
    """What was copied of each recording: its revision, its documents, and how many it ever had."""

    index: SearchIndex
    revisions: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    passages: dict[str, int] = field(default_factory=dict)
    failures: dict[str, tuple[Recording, str]] = field(default_factory=dict)
    samples: list[Recording] = field(default_factory=list)
    _seen: int = 0

    def take(self, recordings: Iterable[Recording], advance: Advance) -> None:
        for batch in _batches(recordings):
            failures = {one.recording_id: (one, why) for one, why in self.index.project(batch)}
            for one in batch:
                self.failures.pop(one.recording_id, None)
                self.revisions[one.recording_id] = one.revision
                self.passages[one.recording_id] = one.passages
                self.documents[one.recording_id] = _documents(one)
                if one.recording_id not in failures:
                    self._sample(one)
            self.failures |= failures
            advance(len(batch))

    def _sample(self, recording: Recording) -> None:
        """Keep an even sample of those with words (reservoir sampling)."""
        if not (recording.transcript and recording.transcript.words):
            return
        self._seen += 1
        if len(self.samples) < SAMPLE_RECORDINGS:
            self.samples.append(recording)
        elif (place := random.randrange(self._seen)) < SAMPLE_RECORDINGS:  # noqa: S311
            self.samples[place] = recording

    def expected(self) -> int:
        return sum(n for one, n in self.documents.items() if one not in self.failures)


def rebuild(
    client: OpenSearch,
    alias: str,
    recordings: Recordings,
    advance: Advance = lambda _: None,
    take_over: bool = False,
) -> Rebuilt:
    """Build a new index from the table and put it behind the alias; the old one is kept.

    Works as well when there is no index at all: an empty one takes the writes meanwhile. Raises
    Disagreement, and leaves everything as it was, when the new index is not what the table says;
    UnderWay when another rebuild runs. With `take_over` what a killed one left is removed.
    """
    if take_over:
        for one in versions.unfinished(client, alias):
            versions.remove(client, one.name)
    old = versions.live(client, alias)
    was_there = old is not None
    if old is None:
        SearchIndex(client, alias).ensure()
        old = versions.live(client, alias)
        if old is None:
            raise Disagreement("The search index can't be made.")
    name = versions.create(client, alias, like=old)
    try:
        copy = _Copy(SearchIndex(client, name, is_alias=False))
        began = _ago(MARGIN)
        copy.take(recordings.scan(), advance)
        caught_up = _ago(MARGIN)
        copy.take(recordings.scan(since=began), lambda _: None)
        versions.serve(client, name, like=old)
        _judge(client, name, old, copy, recordings)
    except BaseException:
        versions.remove(client, name)
        raise
    versions.swap(client, alias, name, caught_up)
    _catch_up(copy, recordings, caught_up)
    if was_there:
        _remove_older(client, alias, keep={name, old.name})
    else:
        _remove_older(client, alias, keep={name})
    client.indices.refresh(index=name)
    return Rebuilt(name, len(copy.revisions), copy.expected(), list(copy.failures.values()))


def roll_back(client: OpenSearch, alias: str, recordings: Recordings) -> Rebuilt:
    """Put the previous index behind the alias again, and write into it what it missed.

    Raises Disagreement when there is none, UnderWay when a new one is being made.
    """
    if others := versions.unfinished(client, alias):
        raise UnderWay(f"{others[-1].name} is being made already.")
    before = versions.previous(client, alias)
    if before is None:
        raise Disagreement("There is no previous index to go back to.")
    versions.widen(client, before.name)
    copy = _Copy(SearchIndex(client, before.name, is_alias=False))
    since = before.retired_at
    caught_up = _ago(MARGIN)
    copy.take(recordings.scan(since=since), lambda _: None)
    versions.swap(client, alias, before.name, caught_up)
    _catch_up(copy, recordings, caught_up)
    client.indices.refresh(index=before.name)
    return Rebuilt(before.name, len(copy.revisions), copy.expected(), list(copy.failures.values()))


def _catch_up(copy: _Copy, recordings: Recordings, since: str) -> None:
    """Copy what changed, and delete what vanished from the table without a tombstone."""
    copy.take(recordings.scan(since=since), lambda _: None)
    there = {one.recording_id for one in recordings.scan(transcripts=False)}
    gone = [
        Recording(one, "", Status.DELETED, revision + 1, "", passages=copy.passages[one])
        for one, revision in copy.revisions.items()
        if one not in there
    ]
    copy.take(gone, lambda _: None)


def _judge(
    client: OpenSearch, name: str, old: Version, copy: _Copy, recordings: Recordings
) -> None:
    """Raises Disagreement unless the new index is as good as the table, and as the old one."""
    lost = [
        f"{one.key}: {why}"
        for one, why in copy.failures.values()
        if client.exists(index=old.name, id=document_id(one.recording_id, 0))
    ]
    if lost:
        raise Disagreement(
            f"{len(lost)} recordings that can be searched now can't be written: "
            + "; ".join(lost[:_REASONS_SHOWN])
        )
    count = client.count(index=name)["count"]
    if count != copy.expected():
        raise Disagreement(f"It holds {count} passages and should hold {copy.expected()}.")
    unfound = [one.key for one in copy.samples if not _is_found(client, name, one, recordings)]
    if unfound:
        raise Disagreement(
            f"{len(unfound)} of {len(copy.samples)} sample searches found nothing: "
            + ", ".join(unfound[:_REASONS_SHOWN])
        )


def _is_found(client: OpenSearch, name: str, recording: Recording, recordings: Recordings) -> bool:
    """Whether a phrase of the recording finds it; one that changed meanwhile is not judged."""
    # Of one passage: a phrase with a long silence in it is whole in none.
    passage = random.choice(passages(recording))  # noqa: S311
    start = random.randrange(max(len(passage.words) - SAMPLE_WORDS, 0) + 1)  # noqa: S311
    said = [word.text for word in passage.words[start : start + SAMPLE_WORDS]]
    if not analysis.tokens(said):
        return True
    phrase = " ".join(said).replace('"', " ")
    page = search(client, name, SearchRequest(f'"{phrase}"', prefix=recording.key))
    if any(hit.recording_id == recording.recording_id for hit in page.hits):
        return True
    now = recordings.current(recording.recording_id)
    return now is None or now.revision != recording.revision


def _remove_older(client: OpenSearch, alias: str, keep: set[str]) -> None:
    for one in versions.versions(client, alias):
        if one.name not in keep and not one.live:
            versions.remove(client, one.name)


def _documents(recording: Recording) -> int:
    if recording.status is not Status.DONE or recording.transcript is None:
        return 0
    return count_passages(recording.transcript)


def _batches(recordings: Iterable[Recording]) -> Iterator[list[Recording]]:
    batch: list[Recording] = []
    for one in recordings:
        batch.append(one)
        if len(batch) == _BATCH_RECORDINGS:
            yield batch
            batch = []
    if batch:
        yield batch


def _ago(margin: timedelta) -> str:
    moment = datetime.now(UTC) - margin
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
