"""A recording as a DynamoDB item, and back.

The transcript is one compressed attribute, because nothing in DynamoDB asks for single words. What
lists and conditions need (text, duration, model) stands beside it in plain attributes. A body too
large for an item is held in S3 and named by `body_key` (earshot.recordings.bodies).
"""

import base64
import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from earshot.recordings.details import SIDECAR_FAULT, merged
from earshot.recordings.imported import has_estimated_times
from earshot.recordings.record import Failure, Recording, Source, Status
from earshot.speech.transcript import (
    Incomplete,
    ListenedTo,
    Provenance,
    Segment,
    Transcript,
    Word,
)

MAX_INLINE_TEXT_CHARS = 20_000

BodyReader = Callable[[str], bytes | None]


def pack(transcript: Transcript) -> bytes:
    """The transcript as compressed JSON; equal transcripts give equal bytes."""
    provenance = transcript.provenance
    document: dict[str, Any] = {
        "duration": transcript.duration,
        "provenance": {
            name: value for name, value in asdict(provenance).items() if value is not None
        },
        "segments": _packed_segments(transcript.segments),
    }
    if transcript.heard is not None:
        document["heard"] = _packed_segments(transcript.heard)
    if transcript.letters is not None:
        document["letters"] = base64.b64encode(transcript.letters).decode()
    if transcript.incomplete is not None:
        document["incomplete"] = asdict(transcript.incomplete)
    if transcript.listened_to is not None:
        document["listened_to"] = asdict(transcript.listened_to)
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=6, mtime=0)


def unpack(body: bytes) -> Transcript:
    document = json.loads(gzip.decompress(body))
    letters = document.get("letters")
    return Transcript(
        segments=_unpacked_segments(document["segments"]),
        duration=document["duration"],
        provenance=Provenance(**document["provenance"]),
        heard=_unpacked_segments(document["heard"]) if "heard" in document else None,
        letters=base64.b64decode(letters) if letters is not None else None,
        incomplete=Incomplete(**document["incomplete"]) if "incomplete" in document else None,
        listened_to=ListenedTo(**document["listened_to"]) if "listened_to" in document else None,
    )


def _packed_segments(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    return [
        {
            "channel": segment.channel,
            "words": [
                [word.text, round(word.start, 3), round(word.end, 3), round(word.confidence, 4)]
                for word in segment.words
            ],
        }
        for segment in segments
    ]


def _unpacked_segments(packed: Iterable[Mapping[str, Any]]) -> tuple[Segment, ...]:
    return tuple(
        Segment(tuple(Word(*word) for word in segment["words"]), segment["channel"])
        for segment in packed
    )


def transcript_attributes(transcript: Transcript) -> dict[str, Any]:
    """The plain attributes that stand beside the packed transcript."""
    found = {"incomplete": transcript.incomplete, "listened_to": transcript.listened_to}
    return {
        "text": transcript.text[:MAX_INLINE_TEXT_CHARS],
        "duration": Decimal(str(round(transcript.duration, 3))),
        "model": transcript.provenance.model,
        "fingerprint": transcript.provenance.weights,
        "estimated_times": has_estimated_times(transcript.provenance),
        **{name: _plain(one) for name, one in found.items() if one is not None},
    }


def _plain(value: Incomplete | ListenedTo) -> dict[str, Any]:
    """As DynamoDB keeps it, which has no floats."""
    return {
        name: Decimal(str(one)) if isinstance(one, float) else one
        for name, one in asdict(value).items()
    }


def recording_from_item(item: Mapping[str, Any], read_body: BodyReader | None = None) -> Recording:
    """The recording in a DynamoDB item of plain Python values (as a boto3 Table gives them).

    `read_body` fetches a transcript that was too large for its item, by key. Without it, and for a
    projection without the body, such a recording comes back with no transcript.
    """
    body = item.get("body")
    gone = item["status"] == Status.DELETED  # a tombstone may name a body, never show it
    if body is None and read_body is not None and item.get("body_key") and not gone:
        body = read_body(item["body_key"])
    return Recording(
        recording_id=item["recording_id"],
        key=item.get("key", ""),
        status=Status(item["status"]),
        revision=int(item["revision"]),
        updated_at=item.get("updated_at", ""),
        uploaded_at=item.get("uploaded_at", ""),
        sequencer=item.get("sequencer", ""),
        etag=item.get("etag", ""),
        size=int(item.get("size", 0)),
        source=Source(item.get("source", Source.UPLOAD)),
        facets=dict(item.get("facets", {})),
        transcript=unpack(bytes(body)) if body is not None else None,
        failure=(
            Failure(item["error_code"], item.get("error_message", ""))
            if "error_code" in item
            else None
        ),
        passages=int(item.get("passages", 0)),
        text=item.get("text", ""),
        duration=float(item["duration"]) if "duration" in item else None,
        model=item.get("model", ""),
        fingerprint=item.get("fingerprint", ""),
        transcribed_at=item.get("transcribed_at", ""),
        incomplete=_incomplete(item.get("incomplete")),
        listened_to=_listened_to(item.get("listened_to")),
        playback_key=item.get("playback_key", ""),
        details=merged(item),
        sidecar_fault=item.get(SIDECAR_FAULT, ""),
        # Imports of before this attribute all had estimated times.
        estimated_times=item.get("estimated_times", item.get("source") == Source.IMPORT),
    )


def _incomplete(kept: Mapping[str, Any] | None) -> Incomplete | None:
    if kept is None:
        return None
    lost = kept.get("lost")
    return Incomplete(float(kept["heard"]), None if lost is None else float(lost))


def _listened_to(kept: Mapping[str, Any] | None) -> ListenedTo | None:
    if kept is None:
        return None
    numbers = {name: None if one is None else int(one) for name, one in kept.items()}
    return ListenedTo(**numbers)
