"""The routes that transcribe, in a function without a model: it checks the key and hands them on.

So nobody without a key wakes the function that holds the model.
"""

import base64

from fastapi import APIRouter, Request, Response

from api.auth import needs
from api.speech_function import Speech
from earshot.access.keys import Scope

router = APIRouter(include_in_schema=False)


@router.post("/asr", dependencies=[needs(Scope.TRANSCRIBE)])
@router.post("/detect-language", dependencies=[needs(Scope.TRANSCRIBE)])
@router.post("/v1/audio/transcriptions", dependencies=[needs(Scope.TRANSCRIBE)])
@router.post("/v1/audio/translations", dependencies=[needs(Scope.TRANSCRIBE)])
def hand_on(request: Request, speech: Speech) -> Response:
    """The answer of the function with the model to the very event that this one was invoked with.

    Raises Unavailable when it gives none in time.
    """
    answer = speech.answer(request.scope["aws.event"])
    body = answer.get("body", "")
    return Response(
        base64.b64decode(body) if answer.get("isBase64Encoded") else body,
        answer["statusCode"],
        {k: v for k, v in answer.get("headers", {}).items() if k.lower() != "content-length"},
    )
