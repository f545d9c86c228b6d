"""Decoding through `POST /asr` of an API: a few requests at a time, each tried until answered.

What may pass (no connection, one that breaks, a time-out, 408, 429, 5xx) is tried again after a
pause that grows and is drawn by chance, so that clients don't come back all at once; where the
answer says how long to wait (Retry-After), the pause is that much longer. What the file is to blame
for is a lasting fault; what would meet every file (a wrong key, a wrong address, no server) stops.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    before_sleep_log,
    retry_if_exception_type,
    wait_random_exponential,
)

from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Fault, Heard, Outcome
from earshot.cli.decoding.source import Done, Stopped
from earshot.speech.transcript import Incomplete

ATTEMPTS = 8
LONGEST_WAIT = 900.0  # seconds that a server may ask for, in all, for one file
AWAY = 10  # files in a row without any answer mean that there is no server

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_THE_FILE_S = frozenset({400, 413, 415, 422})
_CONNECT_SECONDS = 10.0

logger = logging.getLogger(__name__)


class _Again(Exception):
    """Worth another try, `after` seconds or later; `fault` is what stays if there is none."""

    def __init__(self, fault: Fault, after: float | None = None) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.after = after


class Api:
    """The API at `url`; `concurrency` requests are under way at a time, and no others waiting."""

    def __init__(
        self,
        url: str,
        key: str | None,
        concurrency: int = 8,
        timeout: float = 120.0,
        pause: float = 1.0,
    ) -> None:
        """`timeout`: seconds for an answer; `pause`: seconds that the first pause has at most."""
        self._url = url.rstrip("/").removesuffix("/asr")
        self._key = key
        self._concurrency = concurrency
        self._timeout = httpx.Timeout(timeout, connect=_CONNECT_SECONDS)
        self._retrying = AsyncRetrying(
            retry=retry_if_exception_type(_Again),
            stop=_give_up,
            wait=_Pauses(pause),
            before_sleep=before_sleep_log(logger, logging.INFO),
            reraise=True,
        )
        self._unanswered = 0

    @property
    def name(self) -> str:
        return f"api:{self._url}"

    def decode(self, clips: Sequence[Clip], done: Done) -> None:
        try:
            asyncio.run(self._decode(clips, done))
        except ExceptionGroup as group:  # the first that failed has cancelled the others
            raise group.exceptions[0] from None

    async def _decode(self, clips: Sequence[Clip], done: Done) -> None:
        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        coming = iter(clips)
        async with (
            httpx.AsyncClient(headers=headers, timeout=self._timeout) as client,
            asyncio.TaskGroup() as group,
        ):
            for _ in range(min(self._concurrency, len(clips))):
                group.create_task(self._work(client, coming, done))

    async def _work(self, client: httpx.AsyncClient, coming: Iterator[Clip], done: Done) -> None:
        for clip in coming:
            try:
                outcome: Outcome = await self._retrying(self._ask, client, clip)
            except _Again as error:
                outcome = error.fault
            done(clip, outcome)
            self._unanswered = self._unanswered + 1 if _is_unanswered(outcome) else 0
            if self._unanswered >= AWAY:
                raise Stopped(f"The API at {self._url} does not answer.")

    async def _ask(self, client: httpx.AsyncClient, clip: Clip) -> Outcome:
        try:
            body = await asyncio.to_thread(clip.path.read_bytes)
        except OSError as error:
            return Fault("unreadable", str(error.strerror), lasting=False)
        name = clip.name.encode(errors="replace").decode()
        try:
            answer = await client.post(f"{self._url}/asr", files={"file": (name, body)})
        except httpx.TransportError as error:
            message = str(error) or type(error).__name__
            raise _Again(Fault(_UNANSWERED, message, lasting=False)) from error
        return self._outcome(answer)

    def _outcome(self, answer: httpx.Response) -> Outcome:
        status = answer.status_code
        if status == 200:
            return _heard(answer)
        code, message = _error(answer)
        if status in (401, 403):
            what = "refuses this key" if self._key else "needs a key (--key or EARSHOT_API_KEY)"
            raise Stopped(f"The API at {self._url} {what}: {status}, {message}")
        if status in (404, 405) or answer.is_redirect:
            raise Stopped(f"There is no POST /asr at {self._url}: {status}, {message}")
        fault = Fault(code, f"{status}, {message}", lasting=status in _THE_FILE_S)
        if status not in _PASSING:
            return fault
        after = _retry_after(answer)
        if after is not None and after > LONGEST_WAIT:
            raise Stopped(f"The API at {self._url} asks to come back in {after:.0f} s: {message}")
        raise _Again(fault, after)


_UNANSWERED = "no_answer"


def _is_unanswered(outcome: Outcome) -> bool:
    return isinstance(outcome, Fault) and outcome.code == _UNANSWERED


class _Pauses:
    """How long to pause: by chance, up to twice as long each time, on top of what was asked for."""

    def __init__(self, first: float) -> None:
        self._chance = wait_random_exponential(multiplier=first, max=30)

    def __call__(self, state: RetryCallState) -> float:
        return self._chance(state) + (_again(state).after or 0.0)


def _give_up(state: RetryCallState) -> bool:
    """After so many failures; a server that only asks for patience gets it for longer."""
    if _again(state).after is not None:
        return (state.seconds_since_start or 0.0) >= LONGEST_WAIT
    return state.attempt_number >= ATTEMPTS


def _again(state: RetryCallState) -> _Again:
    error = state.outcome and state.outcome.exception()
    assert isinstance(error, _Again)  # noqa: S101 - nothing else is tried again
    return error


def _heard(answer: httpx.Response) -> Outcome:
    try:
        told = answer.json()
        by_listener = str(told.get("heard") or "")  # which an older API does not tell
        damage = told.get("incomplete")
        incomplete = str(Incomplete(damage["heard"], damage["lost"])) if damage else ""
        return Heard(str(told["transcription"]), float(told["duration"]), by_listener, incomplete)
    except (ValueError, KeyError, TypeError):
        return Fault("bad_answer", "The answer is not that of POST /asr.", lasting=False)


def _error(answer: httpx.Response) -> tuple[str, str]:
    """Code and message, as the API's one error shape has them; API Gateway has another."""
    try:
        told = answer.json()
        error = told.get("error", told)
        return str(error.get("code", f"http_{answer.status_code}")), str(error["message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"http_{answer.status_code}", answer.reason_phrase


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds; the header has a number of them or a date."""
    value = answer.headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(0.0, seconds)
