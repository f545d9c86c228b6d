"""POST /asr: one recording in, its words out."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile

from api.auth import KeyRequired
from api.raw_sound import AS_BODY
from api.recogniser import Model
from api.schemas import Transcription

router = APIRouter(tags=["transcription"])


@router.post(
    "/asr", openapi_extra=AS_BODY, dependencies=[KeyRequired], response_model_exclude_unset=True
)
def transcribe(
    model: Model, file: Annotated[UploadFile, File(description="mp3, wav, flac, ogg, m4a, webm …")]
) -> Transcription:
    """Transcribe one file at once. Nothing is stored; `duration` is in seconds."""
    return Transcription.of(model.transcribe(file.file))
