"""What the index holds: one document per passage, strictly mapped, and how it is made.

The searched fields hold tokens that earshot.search.analysis made, separated by spaces; the
engine only splits them. They are left out of the stored source, which answers queries with the
words as they were heard.
"""

import base64
import hashlib
import json
import logging
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from earshot.errors import MalformedFrameLetters
from earshot.recordings.imported import has_estimated_times
from earshot.recordings.passages import Passage, passages
from earshot.recordings.record import FACETS, Recording
from earshot.search import display
from earshot.search.digest import FORMAT, PassageDigest, Text
from earshot.search.request import DETAIL_FACETS, KEYWORD_FACETS
from earshot.search.searched import searched
from earshot.speech.transcript import Transcript, Word

logger = logging.getLogger(__name__)

UNKNOWN = "unknown"
MARGIN_S = 2.0  # of sound around a passage's words: some may be missing there

_TOKENS = {"type": "text", "analyzer": "whitespace"}
# These say whether, not where.
_UNORDERED = _TOKENS | {"index_options": "freqs"}
_SET = _TOKENS | {"index_options": "docs", "norms": False}
_STORED = {"index": False, "doc_values": False}

# From the word as it was written to what it shares with any that sounds a little like it.
SEARCHED = (
    "written", "exact", "stem", "misheard", "listener", "sound", "slips", "sound_slips", "grams"
)  # fmt: skip

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": [*SEARCHED, "sound_grams", "digest", "display", "letters"]},
    "properties": {
        "written": _TOKENS,
        # Prefixes are for suggestions as one types.
        "exact": _TOKENS | {"index_prefixes": {"min_chars": 1, "max_chars": 8}},
        "stem": _UNORDERED,
        "misheard": _UNORDERED,
        "listener": _UNORDERED,
        "sound": _UNORDERED,
        "slips": _UNORDERED,
        "sound_slips": _UNORDERED,
        "grams": _UNORDERED,
        # What ranking and marks need, where it costs nothing to fetch.
        "digest": {"type": "binary", "doc_values": True},
        # What a page shows, where no second request is needed for it.
        "display": {"type": "binary", "doc_values": True},
        # What may have been said though no text has it (earshot.search.by_sound).
        "sound_grams": _SET,
        "letters": {"type": "binary", "doc_values": True},
        "text": {"type": "text", "index": False},
        "words": {"type": "object", "enabled": False},
        "recording_id": {"type": "keyword"},
        "n": {"type": "integer"},
        "passages": {"type": "integer"},
        "key": {"type": "keyword"},
        "playback": {"type": "keyword", **_STORED},
        "start": {"type": "float", **_STORED},
        "end": {"type": "float", **_STORED},
        "estimated_times": {"type": "boolean", **_STORED},
        "duration": {"type": "float"},
        "confidence": {"type": "float"},
        "uploaded_at": {"type": "date"},
        "revision": {"type": "long", "index": False},
        **{name: {"type": "keyword"} for name in (*KEYWORD_FACETS, *DETAIL_FACETS, "title")},
        "recorded_at": {"type": "date"},
    },
}

ANALYSIS_VERSION = 5  # to be raised when earshot.search.analysis makes other tokens

_FORMS = [MAPPING, ANALYSIS_VERSION, FORMAT, display.FORMAT.decode()]
SCHEMA = hashlib.blake2b(json.dumps(_FORMS, sort_keys=True).encode(), digest_size=4).hexdigest()


def index_body(
    refresh_interval: str, shards: int = 1, replicas: int | None = None
) -> dict[str, Any]:
    """Settings and mapping of a new index, with a copy on a second node where there is one."""
    copies = (
        {"auto_expand_replicas": "0-1"} if replicas is None else {"number_of_replicas": replicas}
    )
    return {
        "settings": {
            "number_of_shards": shards,
            **copies,
            "refresh_interval": refresh_interval,
            # For how long the engine remembers the version of a deleted document, and so refuses an
            # older write: as long as a stream may repeat one.
            "gc_deletes": "24h",
        },
        "mappings": MAPPING | {"_meta": {"schema": SCHEMA}},
    }


def document_id(recording_id: str, n: int) -> str:
    return f"{recording_id}:{n}"


def documents(recording: Recording) -> Iterator[tuple[str, dict[str, Any]]]:
    """The id and the document of every passage of a recording; none unless it is done."""
    cut = passages(recording)
    about = _about(recording, len(cut))
    sounds = _sounds(recording.transcript, cut)
    for passage, sound in zip(cut, sounds, strict=True):
        identity = document_id(recording.recording_id, passage.n)
        digest = digest_of(passage, recording.recording_id, len(cut), has_sound="letters" in sound)
        document = about | _said(passage) | sound
        packed = {"digest": digest.pack(), "display": display.pack(document)}
        yield identity, document | searched(digest) | packed


def _about(recording: Recording, count: int) -> dict[str, Any]:
    """What all passages of a recording have in common."""
    about = {
        "recording_id": recording.recording_id,
        "key": recording.key,
        "passages": count,
        "revision": recording.revision,
        "source": str(recording.source),
        "uploaded_at": recording.uploaded_at or recording.updated_at,
        **{facet: recording.facets.get(facet) or UNKNOWN for facet in FACETS},
    }
    about |= {name: value for name, value in asdict(recording.details).items() if value}
    if recording.playback_key:
        about["playback"] = f"/{recording.playback_key}"
    if transcript := recording.transcript:
        words = transcript.words
        about |= {
            "duration": transcript.duration,
            "model": transcript.provenance.model or UNKNOWN,
            "estimated_times": has_estimated_times(transcript.provenance),
            "confidence": round(sum(word.confidence for word in words) / max(len(words), 1), 4),
        }
    return about


def _said(passage: Passage) -> dict[str, Any]:
    words = passage.words
    return {
        "n": passage.n,
        "text": passage.text,
        "words": [[word.text, round(word.start, 3), round(word.end, 3)] for word in words],
        "start": passage.start,
        "end": passage.end,
    }


def _sounds(transcript: Transcript | None, cut: Sequence[Passage]) -> list[dict[str, Any]]:
    """For each passage its frame letters, and the grams that they allow; imports and records of
    before have none."""
    without: list[dict[str, Any]] = [{"sound_grams": []} for _ in cut]
    if transcript is None or transcript.letters is None:
        return without
    # numpy, which only this needs
    from earshot.search.sound_grams import sound_grams
    from earshot.speech import frame_letters

    try:
        whole = frame_letters.unpack(transcript.letters)
    except MalformedFrameLetters:  # of a form that this code can't read
        logger.warning("indexed without its sound", exc_info=True)
        return without
    parts = [whole.between(one.start - MARGIN_S, one.end + MARGIN_S) for one in cut]
    return [
        {
            "sound_grams": [" ".join(sound_grams(part))],
            "letters": base64.b64encode(frame_letters.pack(part)).decode(),
        }
        for part in parts
    ]


def digest_of(
    passage: Passage, recording_id: str, count: int, has_sound: bool = False
) -> PassageDigest:
    """Of the shown words, and of the listener's where they are others."""
    shown = _text(passage.words)
    heard = _text(passage.heard, places_under(passage.heard, passage.words))
    texts = (shown, heard) if heard.tokens not in ("", shown.tokens) else (shown,)
    return PassageDigest(recording_id, passage.n, count, texts, has_sound)


def places_under(heard: Sequence[Word], shown: Sequence[Word]) -> list[int]:
    """For each word that was heard the shown word that was said when it was: the nearest one."""
    middles = [(word.start + word.end) / 2 for word in shown]
    places: list[int] = []
    for word in heard:
        middle = (word.start + word.end) / 2
        after = bisect_left(middles, middle)
        near = [at for at in (after - 1, after) if 0 <= at < len(middles)]
        places.append(min(near, key=lambda at: abs(middles[at] - middle), default=0))
    return places


def _text(words: Sequence[Word], shown: Sequence[int] | None = None) -> Text:
    return Text.of([word.text for word in words], [word.confidence for word in words], shown)
