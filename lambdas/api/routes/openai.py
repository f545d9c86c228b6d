"""/v1: OpenAI's transcription API, so that its clients work here with another base URL.

After https://platform.openai.com/docs/api-reference/audio/createTranscription. `prompt`, `language`
and `temperature` are taken and do nothing: both models are trained for one language, and their
greedy paths have no temperature to turn. Segments are sentences.
"""

import json
import math
import zlib
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, File, Form, Response, UploadFile
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel

from api.auth import KeyRequired
from api.recogniser import Model
from earshot.errors import NotFound
from earshot.recordings import formats
from earshot.recordings.shown import shown
from earshot.speech.transcript import Segment, Transcript, Word

router = APIRouter(prefix="/v1", tags=["openai"])

# What clients that can't be told a model's name ask for.
ALIAS = "whisper-1"


class Format(StrEnum):
    JSON = "json"
    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"
    VERBOSE_JSON = "verbose_json"


class Granularity(StrEnum):
    WORD = "word"
    SEGMENT = "segment"


class UnknownModel(NotFound):
    code: ClassVar[str] = "model_not_found"
    param: ClassVar[str] = "model"


class ModelCard(BaseModel):
    """A model as OpenAI describes one. `created` is not known, hence 0."""

    id: str
    object: str = "model"
    created: int = 0
    owned_by: str = "earshot"


class ModelList(BaseModel):
    object: str = "list"
    data: list[ModelCard]


@router.get("/models")
def list_models(model: Model) -> ModelList:
    """The one model that transcribes here."""
    return ModelList(data=[ModelCard(id=model.name)])


@router.post(
    "/audio/transcriptions",
    dependencies=[KeyRequired],
    response_class=Response,
    responses={
        200: {
            "description": "In the form that `response_format` asked for.",
            "content": {"application/json": {}, "text/plain": {}, "text/event-stream": {}},
        }
    },
)
def create_transcription(
    recogniser: Model,
    file: Annotated[UploadFile, File()],
    model: Annotated[
        str | None, Form(max_length=200, description=f"An id of GET /v1/models, or {ALIAS}.")
    ] = None,
    response_format: Annotated[Format, Form()] = Format.JSON,
    granularities: Annotated[
        list[Granularity] | None, Form(alias="timestamp_granularities[]", max_length=2)
    ] = None,
    stream: Annotated[bool, Form()] = False,
    language: Annotated[str | None, Form(max_length=40)] = None,
    prompt: Annotated[str | None, Form(max_length=8000)] = None,
    temperature: Annotated[float | None, Form(ge=0, le=1)] = None,
) -> Response:
    """Transcribe one file at once. Nothing is stored."""
    del prompt, temperature
    if model not in (None, ALIAS, recogniser.name):
        raise UnknownModel("This model is not served here; GET /v1/models names the one that is.")
    heard = recogniser.transcribe(file.file)
    transcript = replace(heard, segments=shown(heard))
    if stream:
        return Response(_events(transcript), media_type="text/event-stream")
    match response_format:
        case Format.TEXT:
            return PlainTextResponse(transcript.text + "\n")
        case Format.SRT:
            return PlainTextResponse(formats.to_srt(transcript))
        case Format.VTT:
            return Response(formats.to_vtt(transcript), media_type="text/vtt")
        case Format.VERBOSE_JSON:
            chosen = granularities or [Granularity.SEGMENT]
            return JSONResponse(_verbose(transcript, language or "english", chosen))
        case _:
            return JSONResponse({"text": transcript.text, "usage": _usage(transcript)})


def _usage(transcript: Transcript) -> dict[str, Any]:
    return {"type": "duration", "seconds": math.ceil(transcript.duration)}


def _verbose(
    transcript: Transcript, language: str, granularities: list[Granularity]
) -> dict[str, Any]:
    body = {
        "task": "transcribe",
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


def _events(transcript: Transcript) -> str:
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
