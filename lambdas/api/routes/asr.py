"""POST /asr: one recording in, its words out.

With `audio_file` in place of `file`, or with `output`, it speaks the dialect of
whisper-asr-webservice (api.whisper_asr), whose /detect-language is here too.
"""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, File, Query, UploadFile

from api import languages, whisper_asr
from api.auth import needs
from api.raw_sound import AS_BODY
from api.recogniser import Model
from api.schemas import DetectedLanguage, Transcription
from api.services import Settings
from api.whisper_asr import Output, Task
from earshot.access.keys import Scope
from earshot.errors import InvalidRequest
from earshot.recordings.shown import shown

router = APIRouter(tags=["transcription"])

_TEXTS: dict[str, Any] = {"text/plain": {}}
Sound = Annotated[UploadFile | None, File(description="mp3, wav, flac, ogg, m4a, webm …")]
Whisper = Annotated[UploadFile | None, File(description="As whisper-asr-webservice calls it.")]
Encode = Annotated[
    bool, Query(description="`false`: the file is bare samples, 16 bits, mono, 16 kHz.")
]


class NoFile(InvalidRequest):
    http_status: ClassVar[int] = 422


@router.post(
    "/asr",
    openapi_extra=AS_BODY,
    dependencies=[needs(Scope.TRANSCRIBE)],
    response_model=Transcription,
    response_model_exclude_unset=True,
    responses={200: {"content": _TEXTS}},
)
def transcribe(
    model: Model,
    settings: Settings,
    file: Sound = None,
    audio_file: Whisper = None,
    encode: Encode = True,
    task: Annotated[Task, Query(description="`translate` is into English.")] = Task.TRANSCRIBE,
    language: Annotated[
        str | None, Query(max_length=40, description="Refused if the model speaks another.")
    ] = None,
    output: Annotated[
        Output | None, Query(description="With `audio_file` `txt`, else this API's own JSON.")
    ] = None,
) -> Any:
    """Transcribe one file at once. Nothing is stored; `duration` is in seconds."""
    upload = file or audio_file
    if upload is None:
        raise NoFile("file: Field required")
    languages.check(language, settings.language)
    if task is Task.TRANSLATE:
        languages.check("en", settings.language)
    heard = model.transcribe(whisper_asr.sound(upload.file, encode))
    if output is None and audio_file is None:
        return Transcription.of(heard)
    readable = replace(heard, segments=shown(heard))
    name = upload.filename or "audio"
    return whisper_asr.answer(readable, output or Output.TXT, settings.language, name)


@router.post("/detect-language", dependencies=[needs(Scope.TRANSCRIBE)])
def detect_language(
    model: Model,
    settings: Settings,
    audio_file: Annotated[UploadFile, File(description="The sound.")],
    encode: Encode = True,
) -> DetectedLanguage:
    """The one language of the model, and how sure it is of what it heard; `und` without words."""
    heard = model.transcribe(whisper_asr.sound(audio_file.file, encode))
    code = settings.language if heard.words else "und"
    return DetectedLanguage(
        detected_language=languages.name(code) if heard.words else "undetermined",
        language_code=code,
        confidence=whisper_asr.confidence(heard),
    )
