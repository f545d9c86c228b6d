"""What is asked of search and what it answers, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from earshot.recordings.record import FACETS
from earshot.search.kinds import MatchKind

Match = Literal["holds", "maybe"]
Order = Literal["relevance", "newest", "oldest", "longest", "shortest", "confidence"]

MAX_QUERY_CHARS = 500
MAX_QUERY_WORDS = 40
MAX_PREFIX_BYTES = 1000  # the engine refuses longer ones
MAX_SIZE = 100
MAX_FACET_VALUES = 50
KEYWORD_FACETS = (*FACETS, "source", "model")
DETAIL_FACETS = ("speaker", "place", "collection", "tags")  # counted where that is asked for
FILTERS = (*KEYWORD_FACETS, "duration")
CHOICES = (*FILTERS, *DETAIL_FACETS)


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds that may be open: `low` included, `high` not."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A question. `facets` holds the chosen values of age, gender, accent, source, model and
    duration (a range such as "5-10", in seconds), and of speaker, place, collection and tags;
    values of one facet are alternatives. The last four are counted where they are named, be it
    without values.

    `after` and `before` bound the upload (ISO dates, `before` not included), `confidence` the mean
    confidence of a recording's words. `page` counts from 1; a `cursor` takes its place. With
    `exact` only the very words count.
    """

    q: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    after: str | None = None
    before: str | None = None
    confidence: Range | None = None
    prefix: str | None = None
    sort: Order = "relevance"
    page: int = 1
    size: int = 10
    cursor: str | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """The `word`-th word of a hit answers the query, and how well.

    `heard` is what the listener heard there, if that and not the shown word answers.
    """

    word: int
    kind: MatchKind
    heard: str | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording, in seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Hit:
    """One recording, shown by its best passage; `others` are further passages of it that match.

    `match`: it holds what was asked, or maybe, since it sounds like it. `score` is the closeness to
    the query in 0..1, for the hits that were compared with it. `sound`: where a maybe sounds like
    it, if its sound was looked into. With `estimated_times` its words were imported without times.
    `playback`: the path of a copy to play, where browsers can't seek in the recording itself.
    """

    recording_id: str
    key: str
    text: str
    start: float
    end: float
    words: tuple[tuple[str, float, float], ...]
    marks: tuple[Mark, ...]
    duration: float
    age: str
    gender: str
    accent: str
    source: str
    model: str
    uploaded_at: str
    confidence: float
    score: float | None
    match: Match = "holds"
    sound: Stretch | None = None
    estimated_times: bool = False
    others: tuple["Hit", ...] = ()
    playback: str | None = None
    title: str | None = None
    speaker: str | None = None
    place: str | None = None
    collection: str | None = None
    recorded_at: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetValue:
    value: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits.

    `total` counts the recordings that hold the query. `maybe` counts those listed among them that
    only sound like it: by relevance alone, and where not more hold it than are compared.
    `relaxed`: no passage held enough of the words, so fewer had to do.
    """

    total: int
    total_relation: Literal["eq", "gte"]
    took_ms: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetValue, ...]]
    maybe: int = 0
    relaxed: bool = False
    did_you_mean: str | None = None
    cursor: str | None = None
