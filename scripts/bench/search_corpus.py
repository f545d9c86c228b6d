"""What `bench search` searches: the clips in an index of Earshot and in one like the origin's."""

import hashlib
import random
import string
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from earshot.cli.progress import progress
from scripts.bench.transcribed import Clip

MODEL = "facebook/wav2vec2-large-960h"
MISHEARD_SHARE = 0.1  # of the words of the large corpus
_BATCH = 500
_HITS = 10


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
            yield _misheard(word, chance) if chance.random() < MISHEARD_SHARE else word

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


def fill(client: Any, alias: str, clips: Sequence[Clip]) -> None:
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
