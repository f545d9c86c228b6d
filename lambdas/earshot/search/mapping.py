"""What the index holds: one document per passage, strictly mapped, and how it is made.

The searched fields hold tokens that earshot.search.analysis made, separated by spaces; the
engine only splits them. They are left out of the stored source, which answers queries with the
words as they were heard.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from earshot.recordings.passages import Passage, passages
from earshot.recordings.record import FACETS, Recording
from earshot.search import analysis
from earshot.search.heard import FORM, Heard, familiarity

UNKNOWN = "unknown"
KEYWORD_FACETS = (*FACETS, "source", "model")

_TOKENS = {"type": "text", "analyzer": "whitespace"}
# These say whether, not where.
_GRAMS = _TOKENS | {"index_options": "freqs"}
_STORED = {"index": False, "doc_values": False}

# From the word as it was written to what it shares with any that sounds a little like it.
SEARCHED = ("written", "exact", "stem", "sound", "slips", "sound_slips", "grams")

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": [*SEARCHED, "heard"]},
    "properties": {
        "written": _TOKENS,
        # Prefixes are for suggestions as one types.
        "exact": _TOKENS | {"index_prefixes": {"min_chars": 1, "max_chars": 8}},
        "stem": _TOKENS,
        "sound": _TOKENS,
        "slips": _GRAMS,
        "sound_slips": _GRAMS,
        "grams": _GRAMS,
        # What ranking compares, where it costs nothing to fetch.
        "heard": {"type": "binary", "doc_values": True},
        "text": {"type": "text", "index": False},
        "words": {"type": "object", "enabled": False},
        "recording_id": {"type": "keyword"},
        "n": {"type": "integer"},
        "passages": {"type": "integer"},
        "key": {"type": "keyword"},
        "start": {"type": "float", **_STORED},
        "end": {"type": "float", **_STORED},
        "duration": {"type": "float"},
        "confidence": {"type": "float"},
        "uploaded_at": {"type": "date"},
        "revision": {"type": "long", "index": False},
        **{name: {"type": "keyword"} for name in KEYWORD_FACETS},
    },
}

ANALYSIS_VERSION = 3  # to be raised when earshot.search.analysis makes other tokens

SCHEMA = hashlib.blake2b(
    json.dumps([MAPPING, ANALYSIS_VERSION, FORM], sort_keys=True).encode(), digest_size=4
).hexdigest()


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
    for passage in cut:
        identity = document_id(recording.recording_id, passage.n)
        yield identity, about | _said(passage, recording.recording_id, len(cut))


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
    if transcript := recording.transcript:
        words = transcript.words
        about |= {
            "duration": transcript.duration,
            "model": transcript.provenance.model or UNKNOWN,
            "confidence": round(sum(word.confidence for word in words) / max(len(words), 1), 4),
        }
    return about


def _said(passage: Passage, recording_id: str, count: int) -> dict[str, Any]:
    words = passage.words
    tokens = analysis.tokens(word.text for word in words)
    exact = [token.text for token in tokens]
    sound = [analysis.sound(token) for token in exact]
    telling = [token for token in exact if token not in analysis.COMMON]
    written = analysis.written(word.text for word in words)
    confidences = [words[token.word].confidence for token in tokens]
    heard = Heard(
        recording_id,
        passage.n,
        count,
        tokens=" ".join(exact),
        sounds="".join(sound),
        familiar=familiarity(exact, confidences),
        written=" ".join(written),
    )
    searched = {
        "written": written,
        "exact": exact,
        "stem": map(analysis.stem, exact),
        "sound": sound,
        "slips": (slip for token in telling for slip in analysis.slips(token)),
        "sound_slips": (
            slip for token in telling for slip in analysis.slips(analysis.sound(token))
        ),
        "grams": analysis.grams(exact),
    }
    return {name: " ".join(tokens) for name, tokens in searched.items()} | {
        "heard": heard.pack(),
        "n": passage.n,
        "text": passage.text,
        "words": [[word.text, round(word.start, 3), round(word.end, 3)] for word in words],
        "start": passage.start,
        "end": passage.end,
    }
