"""/v1: OpenAI's transcription API, so that its clients work here with another base URL.

After https://platform.openai.com/docs/api-reference/audio/createTranscription. `prompt` and
`temperature` are taken and do nothing: greedy paths have no temperature to turn. Any model's name
is taken, because many clients can't be told another than Whisper's.
"""

from dataclasses import replace
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import BaseModel

from api import languages, openai_answers
from api.auth import KeyIfGiven, needs
from api.errors import described
from api.openai_answers import Format, Granularity
from api.raw_sound import AS_BODY
from api.recogniser import Model, ModelName
from api.services import Settings
from api.settings import ApiSettings
from earshot.access.keys import Scope
from earshot.errors import NotFound
from earshot.recordings.shown import shown
from earshot.speech.transcript import Transcript

# What clients that can't be told a model's name ask for.
ALIAS = "whisper-1"

Sound = Annotated[UploadFile, File(description="mp3, wav, flac, ogg, m4a, webm …")]
ModelField = Annotated[
    str | None,
    Form(max_length=200, description="Any name; in strict deployments an id of GET /v1/models."),
]
Prompt = Annotated[str | None, Form(max_length=8000)]
Temperature = Annotated[float | None, Form(ge=0, le=1)]


class OpenAIError(BaseModel):
    """`code` for programs, `message` for people; `param` names the field at fault."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIErrorBody(BaseModel):
    """What every error below /v1 looks like."""

    error: OpenAIError


_TEXTS: dict[str, Any] = {"application/json": {}, "text/plain": {}, "text/vtt": {}}
_DESCRIPTION = "In the form that `response_format` asked for."

router = APIRouter(prefix="/v1", tags=["openai"], responses=described(OpenAIErrorBody))


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


@router.get("/models", dependencies=[KeyIfGiven])
def list_models(name: ModelName) -> ModelList:
    """The one model that transcribes here, and the name that most clients know."""
    return ModelList(data=[ModelCard(id=name), ModelCard(id=ALIAS)])


@router.get("/models/{name:path}", dependencies=[KeyIfGiven])
def retrieve_model(name: str, served: ModelName, settings: Settings) -> ModelCard:
    """The model that transcribes when it is asked for by this name."""
    _check_name(name, settings, served)
    return ModelCard(id=name)


@router.post(
    "/audio/transcriptions",
    openapi_extra=AS_BODY,
    dependencies=[needs(Scope.TRANSCRIBE)],
    response_class=Response,
    responses={200: {"description": _DESCRIPTION, "content": {**_TEXTS, "text/event-stream": {}}}},
)
def create_transcription(
    recogniser: Model,
    settings: Settings,
    served: ModelName,
    file: Sound,
    model: ModelField = None,
    response_format: Annotated[Format, Form()] = Format.JSON,
    granularities: Annotated[
        list[Granularity] | None, Form(alias="timestamp_granularities[]", max_length=2)
    ] = None,
    stream: Annotated[bool, Form()] = False,
    language: Annotated[
        str | None, Form(max_length=40, description="Refused if the model speaks another.")
    ] = None,
    prompt: Prompt = None,
    temperature: Temperature = None,
) -> Response:
    """Transcribe one file at once. Nothing is stored."""
    del prompt, temperature
    _check_name(model, settings, served, recogniser.name)
    languages.check(language, settings.language)
    transcript = _readable(recogniser.transcribe(file.file))
    if stream:
        return Response(openai_answers.events(transcript), media_type="text/event-stream")
    return openai_answers.answer(
        transcript,
        response_format,
        "transcribe",
        languages.name(settings.language),
        granularities or [Granularity.SEGMENT],
    )


@router.post(
    "/audio/translations",
    openapi_extra=AS_BODY,
    dependencies=[needs(Scope.TRANSCRIBE)],
    response_class=Response,
    responses={200: {"description": _DESCRIPTION, "content": _TEXTS}},
)
def create_translation(
    recogniser: Model,
    settings: Settings,
    served: ModelName,
    file: Sound,
    model: ModelField = None,
    response_format: Annotated[Format, Form()] = Format.JSON,
    prompt: Prompt = None,
    temperature: Temperature = None,
) -> Response:
    """English text of English speech, which is its transcript. No other language is translated."""
    del prompt, temperature
    _check_name(model, settings, served, recogniser.name)
    languages.check("en", settings.language)
    transcript = _readable(recogniser.transcribe(file.file))
    return openai_answers.answer(transcript, response_format, "translate", "english")


def _check_name(name: str | None, settings: ApiSettings, *served: str) -> None:
    if settings.strict_model_names and name not in (None, ALIAS, *served):
        raise UnknownModel("This model is not served here; GET /v1/models names the one that is.")


def _readable(heard: Transcript) -> Transcript:
    return replace(heard, segments=shown(heard))
