"""The model behind the transcribing routes; only the speech function has one.

What it takes (onnxruntime, numpy, soundfile) is imported when it is first needed, because the other
function, which answers the reads, is deployed without it.
"""

import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Protocol

from fastapi import Depends

from api.services import Settings, settings
from earshot import compose
from earshot.errors import Unavailable
from earshot.speech.transcript import Transcript

if TYPE_CHECKING:
    from earshot.audio.limits import Limits
    from earshot.speech.transcriber import Transcriber


class Recogniser(Protocol):
    """Turns an uploaded file into a transcript; raises AudioError when the file is to blame."""

    @property
    def name(self) -> str: ...

    def transcribe(self, upload: BinaryIO) -> Transcript: ...


class ModelRecogniser:
    """A loaded model that takes one recording at a time: one already keeps all cores busy."""

    def __init__(self, name: str, transcriber: "Transcriber", limits: "Limits") -> None:
        self.name = name
        self._transcriber = transcriber
        self._limits = limits
        self._turn = threading.Lock()

    def transcribe(self, upload: BinaryIO) -> Transcript:
        from earshot.speech.recognise import transcribe_file

        with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
            path = Path(folder) / "audio"  # decoded by path; its name must mean nothing
            with path.open("wb") as file:
                shutil.copyfileobj(upload, file)
            with self._turn:
                return transcribe_file(path, self._transcriber, self._limits)


@cache
def recogniser() -> Recogniser:
    """The model that EARSHOT_MODEL names; raises Unavailable in a function without one."""
    model = settings().model
    if model is None:
        raise Unavailable("This part of the API has no model; the request should not come here.")
    from earshot.audio.limits import Limits

    transcriber = compose.transcriber(model, settings().model_revision, settings().writer)
    limits = Limits(max_seconds=settings().max_request_seconds)
    return ModelRecogniser(transcriber.model.name, transcriber, limits)


def model_name(told: Settings) -> str:
    """The model's name, for which the light functions don't wake the one that has it."""
    name = told.model_name or told.model
    if name is None:
        raise Unavailable("Nothing transcribes here: no model is set up.")
    return Path(name).name if Path(name).is_dir() else name


Model = Annotated[Recogniser, Depends(recogniser)]
ModelName = Annotated[str, Depends(model_name)]
