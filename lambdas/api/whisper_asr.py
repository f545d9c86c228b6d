"""The dialect of whisper-asr-webservice, which Bazarr and others speak to /asr.

After https://github.com/ahmetoner/whisper-asr-webservice (app/webservice.py).
"""

import io
import json
import wave
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import quote

from fastapi import Response

from earshot.recordings import formats
from earshot.speech.transcript import Transcript

PCM_RATE = 16_000  # samples a second of what comes unencoded
_HEADER_BYTES = 12


class Task(StrEnum):
    TRANSCRIBE = "transcribe"
    TRANSLATE = "translate"


class Output(StrEnum):
    TXT = "txt"
    VTT = "vtt"
    SRT = "srt"
    TSV = "tsv"
    JSON = "json"


def sound(file: BinaryIO, encode: bool) -> BinaryIO:
    """The file to decode. With `encode=false` clients send bare samples: 16 bits, mono, 16 kHz."""
    head = file.read(_HEADER_BYTES)
    file.seek(0)
    if encode or (head[:4], head[8:]) == (b"RIFF", b"WAVE"):
        return file
    whole = io.BytesIO()
    with wave.open(whole, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(PCM_RATE)
        wav.writeframes(file.read())
    whole.seek(0)
    return whole


def answer(transcript: Transcript, output: Output, language: str, name: str) -> Response:
    """The readable transcript of the file called `name`; `language` as ISO 639-1."""
    match output:
        case Output.SRT:
            text = formats.to_srt(transcript)
        case Output.VTT:
            text = formats.to_vtt(transcript)
        case Output.TSV:
            text = _tsv(transcript)
        case Output.JSON:
            text = _json(transcript, language)
        case _:
            text = formats.to_txt(transcript)
    is_json = output is Output.JSON
    return Response(
        text,
        media_type="application/json" if is_json else "text/plain",
        headers={
            "asr-engine": "earshot",
            "content-disposition": f'attachment; filename="{quote(name)}.{output}"',
        },
    )


def confidence(transcript: Transcript) -> float:
    """How sure the model is of what it heard: the mean of its words', 0 where there are none."""
    words = transcript.words
    return round(sum(word.confidence for word in words) / max(len(words), 1), 4)


def _tsv(transcript: Transcript) -> str:
    """Times in milliseconds, as Whisper writes them."""
    rows = [
        f"{round(one.start * 1000)}\t{round(one.end * 1000)}\t{one.text}"
        for one in transcript.segments
    ]
    return "".join(f"{row}\n" for row in ["start\tend\ttext", *rows])


def _json(transcript: Transcript, language: str) -> str:
    segments = [
        {
            "id": n,
            "start": one.start,
            "end": one.end,
            "text": one.text,
            "words": [
                {
                    "word": word.text,
                    "start": word.start,
                    "end": word.end,
                    "probability": word.confidence,
                }
                for word in one.words
            ],
        }
        for n, one in enumerate(transcript.segments)
    ]
    return json.dumps({"language": language, "segments": segments, "text": transcript.text})
