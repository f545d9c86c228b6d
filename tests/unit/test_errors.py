"""What programs and scripts rely on: each error's code, its HTTP status, a command's exit code."""

from earshot import errors
from earshot.errors import EarshotError, RateLimited

CONTRACT = {
    "EarshotError": ("internal", 500, 1),
    "AudioError": ("internal", 422, 1),
    "EmptyAudio": ("empty", 422, 1),
    "NotAudio": ("not_audio", 422, 1),
    "UnsupportedFormat": ("unsupported_format", 415, 1),
    "CorruptAudio": ("corrupt", 422, 1),
    "AudioTooLong": ("too_long", 413, 1),
    "OutOfTime": ("too_long", 413, 1),
    "AudioTooLarge": ("too_large", 413, 1),
    "ArchivedAudio": ("archived", 422, 1),
    "Unconfined": ("unconfined", 500, 2),
    "InputError": ("invalid_request", 500, 2),
    "ModelError": ("model", 500, 2),
    "MalformedFrameLetters": ("malformed_frame_letters", 500, 1),
    "InvalidRequest": ("invalid_request", 400, 1),
    "Unauthorized": ("unauthorized", 401, 1),
    "Forbidden": ("forbidden", 403, 1),
    "RateLimited": ("rate_limited", 429, 1),
    "NotFound": ("not_found", 404, 1),
    "Conflict": ("conflict", 409, 1),
    "Unavailable": ("unavailable", 503, 1),
}


def test_codes_statuses_and_exit_codes_stay_what_they_are() -> None:
    found = {
        name: (one.code, one.http_status, one.exit_code)
        for name, one in vars(errors).items()
        if isinstance(one, type) and issubclass(one, EarshotError)
    }
    assert found == CONTRACT


def test_a_limit_says_when_to_come_back() -> None:
    assert RateLimited("Too often.", 60).retry_after_s == 60
    assert RateLimited("Too often.", 60).message == "Too often."
