"""What the tests of the API share: names, a transcript, stand-ins for model and search."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import BinaryIO

from fastapi import FastAPI

from api.app import create_app
from earshot.search.overview import Overview
from earshot.search.request import FacetValue, Hit, Mark, SearchPage, SearchRequest
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

REGION = "eu-central-1"
KEY = "the-key-that-opens-it"
AUTHORIZED = {"authorization": f"Bearer {KEY}"}
AUDIO_BUCKET = "hidden-audio-bucket"
TRANSCRIPTS_BUCKET = "hidden-transcripts-bucket"
TABLE = "hidden-table"
SECRETS = (KEY, AUDIO_BUCKET, TRANSCRIPTS_BUCKET, TABLE)


@cache
def ready_app(hands_on: bool = False, private: bool = False) -> FastAPI:
    """One app for all tests: it keeps nothing between requests, and the first request to an app
    takes longer than most tests. Whoever puts parts in by `dependency_overrides` takes them out."""
    return create_app(hands_on, private)


def transcript(*sentences: str, duration: float = 4.0) -> Transcript:
    """A transcript with one segment a sentence; every word takes half a second."""
    segments, at = [], 0.0
    for sentence in sentences:
        words = []
        for text in sentence.split():
            words.append(Word(text, at, at + 0.4, 0.9))
            at += 0.5
        segments.append(Segment(tuple(words)))
    return Transcript(tuple(segments), duration, Provenance("demo", "f00d", "onnx", "greedy", "1"))


def written(*sentences: str, duration: float = 4.0) -> Transcript:
    """A transcript whose sentences a writer wrote, and a listener heard in CAPITALS."""
    read = transcript(*sentences, duration=duration)
    own = [
        replace(word, text="".join(letter for letter in word.text.upper() if letter.isalpha()))
        for word in read.words
    ]
    return replace(
        read,
        provenance=replace(read.provenance, writer="moonshine-tiny", writer_fingerprint="beef"),
        heard=(Segment(tuple(own)),),
    )


@dataclass
class ToldRecogniser:
    """Hears `says`, or raises it; keeps what it was given."""

    says: Transcript | Exception = field(default_factory=lambda: transcript("hello there"))
    name: str = "demo"
    heard: list[bytes] = field(default_factory=list)

    def transcribe(self, upload: BinaryIO) -> Transcript:
        self.heard.append(upload.read())
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@dataclass
class ToldSearch:
    """Answers `says`, or raises it; keeps what it was asked."""

    says: SearchPage | Exception = field(default_factory=lambda: page(hit("hello there")))
    asked: list[SearchRequest] = field(default_factory=list)

    def search(self, request: SearchRequest) -> SearchPage:
        self.asked.append(request)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    def suggest(self, typed: str, size: int) -> list[str]:
        return [f"{typed}{n}" for n in range(size)]

    def overview(self, today: date) -> Overview:
        return Overview(recordings=2, hours=0.5, examples=("harbour",), first=today.isoformat())


def hit(text: str) -> Hit:
    words = tuple((word, n / 2, n / 2 + 0.4) for n, word in enumerate(text.split()))
    return Hit(
        recording_id="v6jwmfu7t6vyfurh",
        key="talks/a.mp3",
        text=text,
        start=0.0,
        end=words[-1][2],
        words=words,
        marks=(Mark(0, "exact"),),
        duration=4.0,
        age="thirties",
        gender="female",
        accent="us",
        source="upload",
        model="demo",
        uploaded_at="2024-05-01T12:00:00Z",
        confidence=0.9,
        score=1.5,
    )


def page(*hits: Hit) -> SearchPage:
    return SearchPage(
        total=len(hits),
        total_relation="eq",
        took_ms=3,
        hits=hits,
        facets={"age": (FacetValue("thirties", 1, False),)},
    )
