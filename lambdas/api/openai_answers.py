"""A transcript in the forms that OpenAI's API answers in.

After https://platform.openai.com/docs/api-reference/audio. Segments are sentences.
"""

import json
import math
import zlib
from collections.abc import Collection
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse, PlainTextResponse

from earshot.recordings import formats
from earshot.speech.transcript import Segment, Transcript, Word


class Format(StrEnum):
    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"
    VERBOSE_JSON = "verbose_json"


class Granularity(StrEnum):
    WORD = "word"
    SEGMENT = "segment"


def answer(
    transcript: Transcript,
    form: Format,
    task: str,
    language: str,
    granularities: Collection[Granularity] = (Granularity.SEGMENT,),
) -> Response:
    """The transcript in `form`; `language` is a name, as in `english`."""
    match form:
        case Format.TEXT:
            return PlainTextResponse(transcript.text + "\n")
        case Format.SRT:
            return PlainTextResponse(formats.to_srt(transcript))
        case Format.VTT:
            return Response(formats.to_vtt(transcript), media_type="text/vtt")
        case Format.VERBOSE_JSON:
            return JSONResponse(_verbose(transcript, task, language, granularities))
        case _:
            return JSONResponse({"text": transcript.text, "usage": _usage(transcript)})


def _usage(transcript: Transcript) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(transcript.duration)}


def _verbose(
    transcript: Transcript, task: str, language: str, granularities: Collection[Granularity]
) -> dict[str, Any]:
    body = {
        "task": task,
        "language": language,
        "duration": transcript.duration,
        "text": transcript.text,
        "usage": _usage(transcript),
    }
    if transcript.incomplete:
        body["incomplete"] = asdict(transcript.incomplete)  # ours: OpenAI's has no such field
    if Granularity.WORD in granularities:
        body["words"] = [_word(word) for word in transcript.words]
    if Granularity.SEGMENT in granularities:
        body["segments"] = [_segment(n, one) for n, one in enumerate(transcript.segments)]
    return body


def _word(word: Word) -> dict[str, Any]:
    return {"word": word.text, "start": word.start, "end": word.end}


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    """A segment with the fields that Whisper has. Words have no tokens once they are aligned with
    the sound, and lie only where there is speech: `tokens` and `no_speech_prob` are for the shape.
    """
    text = segment.text.encode()
    logprobs = [math.log(max(word.confidence, 1e-10)) for word in segment.words]
    return {
        "id": number,
        "seek": round(segment.start * 100),  # in hundredths of a second, as Whisper counts
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": sum(logprobs) / len(logprobs),
        "compression_ratio": len(text) / len(zlib.compress(text)),
        "no_speech_prob": 0.0,
    }


def events(transcript: Transcript) -> str:
    """The transcript as server-sent events: one a segment, and the whole text at the end.

    Functions answer all at once, so the events arrive together; clients that ask for a stream get
    what they can read.
    """
    deltas = [
        {"type": "transcript.text.delta", "delta": ("" if n == 0 else " ") + segment.text}
        for n, segment in enumerate(transcript.segments)
    ]
    done = {"type": "transcript.text.done", "text": transcript.text}
    return "".join(f"data: {json.dumps(event)}\n\n" for event in [*deltas, done])
