"""Does the sound find what no text has? People's clips through the demo's two listeners."""

import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, cycle
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli.progress import progress
from earshot.search import analysis
from scripts import ROOT
from scripts.bench.sound_clips import Clip, Phrase, draw, listen, never_said, share
from scripts.bench.sound_search import searched

CANDIDATES = (100, 300)  # that share most trigrams with the query, by text and by sound each
Ranking = dict[str, list[float]]  # of every clip a value, by way of ranking


def sound(
    folder: Annotated[Path, typer.Argument(help="Common Voice's: cv-valid-dev.csv and clips/.")],
    writer: Annotated[Path, typer.Option(help="A CSV of filename, moonshine.")],
    split: Annotated[str, typer.Option(help="held-out or development.")] = "held-out",
    pool: Annotated[int, typer.Option(help="Clips to search; 0: those of the split.")] = 1001,
    count: Annotated[int, typer.Option(help="Queries of every kind.")] = 250,
    model: Annotated[Path, typer.Option()] = ROOT / "models" / "demo",
    seed: Annotated[int, typer.Option(help="Of the drawing.")] = 1,
    node: Annotated[bool, typer.Option(help="Search an index of them, too.")] = True,
) -> None:
    """Words and phrases that were said, looked for in text, in sound, and in both."""
    if split not in ("held-out", "development"):
        raise typer.BadParameter("It is held-out or development.", param_hint="--split")
    clips, asked = listen(folder, writer, model, split, pool)
    for figure in chain(
        _found(clips, asked, count, seed, split),
        _never_said(clips, count, seed),
        _costs(clips),
        searched(clips, asked, count, seed) if node else (),
    ):
        print(json.dumps(figure), flush=True)


def _found(
    clips: Sequence[Clip], asked: int, count: int, seed: int, split: str
) -> Iterator[Mapping[str, Any]]:
    rows = draw(clips, range(asked), count, seed)
    searched = _Searched(clips)
    for kind, queries in rows.queries.items():
        places: dict[str, list[int]] = defaultdict(list)
        spotted = 0
        with progress(kind, len(queries)) as on:
            for query in queries:
                ranking, maybes = searched.rank(query)
                answers = rows.answers[query]
                spotted += bool(answers & maybes)
                for way, values in ranking.items():
                    places[way].append(_place(values, answers))
                on(1)
        yield {
            "figure": "found",
            "what": kind,
            "split": split,
            "queries": len(queries),
            "clips": len(clips),
            **{
                way: {f"in_{n}": share([place < n for place in each]) for n in (1, 10, 100)}
                for way, each in places.items()
            },
            "maybe_by_sound": share([True] * spotted + [False] * (len(queries) - spotted)),
        }


class _Searched:
    """Clips that are ranked by text, by sound and by both."""

    def __init__(self, clips: Sequence[Clip]) -> None:
        from earshot.search.sound_grams import asked_grams, sound_grams

        self.clips = clips
        self._passages = [_digest(clip) for clip in clips]
        self._text_grams = _Grams(
            [[*analysis.grams(clip.writer), *analysis.grams(clip.listener)] for clip in clips],
            analysis.grams,
        )
        self._sound_grams = _Grams(
            [sound_grams(clip.letters) for clip in clips],
            lambda words: [gram for word in words for gram in asked_grams(word)],
        )

    def rank(self, query: Phrase) -> tuple[Ranking, set[int]]:
        """The ways with what each clip is worth, and the clips that may hold a word by sound.

        What the writer wrote comes first, then what the listener alone wrote; the sound orders
        the rest.
        """
        from earshot.search import rank
        from earshot.search.frequencies import Frequencies
        from earshot.search.question import parse
        from earshot.search.sound import soundings

        telling = {word for word in query if word not in analysis.STOP_WORDS} or set(query)
        first = [
            20.0 if telling <= clip.written else 10.0 if telling <= clip.heard else 0.0
            for clip in self.clips
        ]
        question = parse(" ".join(query))
        said = Counter(word for clip in self.clips for word in clip.written | clip.heard)
        frequencies = Frequencies(len(self.clips), {word: said[word] for word in query})
        views = rank.compare(question, self._passages, frequencies)
        close = rank.closeness(question, views)
        text = [one + two for one, two in zip(first, close.values, strict=True)]
        heard = soundings(query, [clip.letters for clip in self.clips])
        terms = [one.term for one in heard]
        both = [
            one if holds else one + two for holds, one, two in zip(first, text, terms, strict=True)
        ]
        ranking = {"text": text, "sound": terms, "text_and_sound": both}
        holding = {at for at, one in enumerate(first) if one}
        for count in CANDIDATES:
            by_text = holding | self._text_grams.best(query, count)
            by_sound = self._sound_grams.best(query, count)
            ranking[f"of_{count}_by_text"] = _only(both, by_text)
            ranking[f"of_{count}_by_text_and_{count}_by_sound"] = _only(both, by_text | by_sound)
        return ranking, {at for at, one in enumerate(heard) if one.maybe}


class _Grams:
    """The clips that share most with a query, weighed as an engine weighs terms."""

    def __init__(
        self, grams: Sequence[Sequence[str]], asked: Callable[[Phrase], Sequence[str]]
    ) -> None:
        self._asked = asked
        self._holding: dict[str, list[int]] = defaultdict(list)
        for number, some in enumerate(grams):
            for gram in set(some):
                self._holding[gram].append(number)
        self._count = len(grams)

    def best(self, query: Phrase, count: int) -> set[int]:
        scores: Counter[int] = Counter()
        for gram in set(self._asked(query)):
            holding = self._holding.get(gram, [])
            rarity = math.log(1 + (self._count - len(holding) + 0.5) / (len(holding) + 0.5))
            scores.update(dict.fromkeys(holding, rarity))
        return {number for number, _ in scores.most_common(count)}


def _never_said(clips: Sequence[Clip], count: int, seed: int) -> Iterator[Mapping[str, Any]]:
    """How often a clip sounds like a word that nobody said."""
    from earshot.search.sound import soundings

    rows = draw(clips, range(len(clips)), count, seed)
    words = never_said(clips, rows.queries["rare words that neither text has"], seed)
    letters = [clip.letters for clip in clips]
    hours = sum(clip.seconds for clip in clips) / 3600
    found = sum(bool(one.maybe) for word in words for one in soundings([word], letters))
    yield {
        "figure": "never said",
        "words": len(words),
        "hours": round(hours, 2),
        "maybes_by_sound_an_hour": round(found / max(len(words), 1) / hours, 2),
    }


def _costs(clips: Sequence[Clip]) -> Iterator[Mapping[str, Any]]:
    """Bytes an hour, and sound searched in a second of one processor."""
    import zlib

    from earshot.search.sound_grams import sound_grams
    from earshot.search.spotting import Scan
    from earshot.speech import frame_letters

    hours = sum(clip.seconds for clip in clips) / 3600
    packed = [frame_letters.pack(clip.letters) for clip in clips]
    began = time.process_time()
    grams = [sound_grams(clip.letters) for clip in clips]
    grams_s = time.process_time() - began
    texts = [{*analysis.grams(clip.writer), *analysis.grams(clip.listener)} for clip in clips]
    began = time.process_time()
    unpacked = [frame_letters.unpack(one) for one in packed]
    unpack_s = time.process_time() - began
    began = time.process_time()
    scan = Scan(unpacked)
    lay_s = time.process_time() - began
    words = ["sheep", "desert", "alchemist", "meteorite"]
    began = time.process_time()
    for word in words:
        scan.spot([word])
    spot_s = (time.process_time() - began) / len(words)
    yield {
        "figure": "costs",
        "hours": round(hours, 2),
        "bytes_an_hour": round(sum(map(len, packed)) / hours),
        "bytes_an_hour_deflated": round(sum(len(zlib.compress(one)) for one in packed) / hours),
        "sound_grams_an_hour": round(sum(map(len, grams)) / hours),
        "text_grams_an_hour": round(sum(map(len, texts)) / hours),
        "grams_of_s_a_cpu_s": round(hours * 3600 / grams_s),
        "unpacked_s_a_cpu_s": round(hours * 3600 / unpack_s),
        "laid_out_s_a_cpu_s": round(hours * 3600 / lay_s),
        "spotted_s_a_cpu_s": round(hours * 3600 / spot_s),
        "one_search": _query_ms(packed),
    }


def _query_ms(packed: Sequence[bytes]) -> Mapping[str, Any]:
    """Processor time that the sound adds to one search: candidates of a passage's usual length."""
    from earshot.recordings.passages import PASSAGE_S
    from earshot.search.sound import soundings
    from earshot.speech import frame_letters

    clips = cycle(map(frame_letters.unpack, packed))
    passages: list[bytes] = []
    while len(passages) < CANDIDATES[0]:
        parts = [next(clips)]
        while sum(part.end - part.start for part in parts) < PASSAGE_S:
            parts.append(next(clips))
        passages.append(frame_letters.pack(frame_letters.join(parts)))
    taken = {}
    for query in ("alchemist", "silver spoon", "the meteorite fell down here"):
        began = time.process_time()
        soundings(query.split(), [frame_letters.unpack(one) for one in passages])
        taken[query] = round(1000 * (time.process_time() - began))
    return {"candidates": len(passages), "bytes": sum(map(len, passages)), "cpu_ms": taken}


def _digest(clip: Clip) -> Any:
    from earshot.search.digest import PassageDigest, Text

    texts = [Text.of(words, [1.0] * len(words)) for words in (clip.writer, clip.listener)]
    return PassageDigest("", 0, 1, tuple(texts))


def _only(values: Sequence[float], candidates: set[int]) -> list[float]:
    return [value if at in candidates else -1.0 for at, value in enumerate(values)]


def _place(values: Sequence[float], answers: set[int]) -> int:
    """How many clips come before the best answer; of equals, half of them do."""
    best = max(values[at] for at in answers)
    if best < 0:
        return len(values)
    others = [value for at, value in enumerate(values) if at not in answers]
    equal = sum(value == best for value in others)
    return sum(value > best for value in others) + equal // 2
