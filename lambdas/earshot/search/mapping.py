"""What the index holds: one document per passage, strictly mapped, and how it is made.

The five searched fields hold tokens that earshot.search.analysis made, separated by spaces; the
engine only splits them. They are left out of the stored source, which answers queries with the
words as they were heard.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from earshot.search import analysis
from earshot.search.passages import Passage, passages
from earshot.transcripts.recording import FACETS, Recording

UNKNOWN = "unknown"
KEYWORD_FACETS = (*FACETS, "source", "model")

_TOKENS = {"type": "text", "analyzer": "whitespace"}
# Trigrams say whether, not how often or where.
_GRAMS = _TOKENS | {"index_options": "freqs"}
_STORED = {"index": False, "doc_values": False}

MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "_source": {"excludes": ["exact", "stem", "sound", "grams", "sound_grams"]},
    "properties": {
        # Prefixes are for suggestions as one types.
        "exact": _TOKENS | {"index_prefixes": {"min_chars": 1, "max_chars": 8}},
        "stem": _TOKENS,
        "sound": _TOKENS,
        "grams": _GRAMS,
        "sound_grams": _GRAMS,
        "text": {"type": "text", "index": False},
        "words": {"type": "object", "enabled": False},
        "recording_id": {"type": "keyword"},
        "n": {"type": "integer"},
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

ANALYSIS_VERSION = 1  # to be raised when earshot.search.analysis makes other tokens

SCHEMA = hashlib.blake2b(
    json.dumps([MAPPING, ANALYSIS_VERSION], sort_keys=True).encode(), digest_size=4
).hexdigest()


def index_body(refresh_interval: str, shards: int = 1, replicas: int = 0) -> dict[str, Any]:
    """Settings and mapping of a new index."""
    return {
        "settings": {
            "number_of_shards": shards,
            "number_of_replicas": replicas,
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
    """The id and the document of every passage of a recording."""
    for passage in passages(recording):
        yield document_id(recording.recording_id, passage.n), _document(recording, passage)


def _document(recording: Recording, passage: Passage) -> dict[str, Any]:
    words = passage.words
    said = [token.text for token in analysis.tokens(word.text for word in words)]
    sounds = [analysis.sound(token) for token in said]
    document = {
        "exact": " ".join(said),
        "stem": " ".join(map(analysis.stem, said)),
        "sound": " ".join(sounds),
        "grams": " ".join(analysis.grams(said)),
        "sound_grams": " ".join(analysis.grams(sounds)),
        "text": passage.text,
        "words": [[word.text, round(word.start, 3), round(word.end, 3)] for word in words],
        "recording_id": recording.recording_id,
        "n": passage.n,
        "key": recording.key,
        "start": passage.start,
        "end": passage.end,
        "duration": recording.transcript.duration if recording.transcript else 0.0,
        "confidence": passage.confidence,
        "revision": recording.revision,
        "source": str(recording.source),
        "model": recording.transcript.provenance.model if recording.transcript else UNKNOWN,
        **{facet: recording.facets.get(facet) or UNKNOWN for facet in FACETS},
    }
    if uploaded := recording.uploaded_at or recording.updated_at:
        document["uploaded_at"] = uploaded
    return document
