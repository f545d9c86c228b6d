"""Every error Earshot raises on purpose: a stable code for programs, a sentence for people.

Raised where the fault is known; turned into a response (lambdas/api) or a failed record
(lambdas/transcribe) in one place each. Messages never carry bucket names, paths or secrets,
because they are shown to the public.
"""

from typing import ClassVar


class EarshotError(Exception):
    """An expected fault. `code` is part of the API; `http_status` is what the API answers, and
    `exit_code` what a command ends with: 1 when its work failed, 2 when it could not begin.
    """

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AudioError(EarshotError):
    """The bytes can't become a transcript, now or on a retry."""

    http_status = 422


class EmptyAudio(AudioError):
    code = "empty"


class NotAudio(AudioError):
    code = "not_audio"


class UnsupportedFormat(AudioError):
    code = "unsupported_format"
    http_status = 415


class CorruptAudio(AudioError):
    code = "corrupt"


class AudioTooLong(AudioError):
    code = "too_long"
    http_status = 413


class OutOfTime(AudioTooLong):
    """Transcribing the recording would take longer than one run has."""


class AudioTooLarge(AudioError):
    code = "too_large"
    http_status = 413


class ArchivedAudio(AudioError):
    """Of an object in a storage class that must be restored before it can be read."""

    code = "archived"


class Unconfined(EarshotError):
    """The decoder can't be confined on this machine, and to decode without that is not allowed."""

    code = "unconfined"
    exit_code = 2


class InputError(EarshotError):
    """What a command was given, or needs, is not there or can't be used; nothing was done."""

    code = "invalid_request"
    exit_code = 2


class ModelError(EarshotError):
    """The model can't be loaded, or is not a Wav2Vec2 CTC model."""

    code = "model"
    exit_code = 2


class MalformedFrameLetters(EarshotError):
    """Stored bytes are no frame letters (earshot.speech.frame_letters), or of a newer version."""

    code = "malformed_frame_letters"


class InvalidRequest(EarshotError):
    code = "invalid_request"
    http_status = 400


class Unauthorized(EarshotError):
    code = "unauthorized"
    http_status = 401


class Forbidden(EarshotError):
    """The key is valid, and may not do this."""

    code = "forbidden"
    http_status = 403


class RateLimited(EarshotError):
    """Too often; `retry_after_s` says when it may be tried again."""

    code = "rate_limited"
    http_status = 429

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotFound(EarshotError):
    code = "not_found"
    http_status = 404


class Conflict(EarshotError):
    """What is asked for does not go with the state that the recording is in."""

    code = "conflict"
    http_status = 409


class Unavailable(EarshotError):
    """A service that Earshot needs does not answer; trying again later may help."""

    code = "unavailable"
    http_status = 503
