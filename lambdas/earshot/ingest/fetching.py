"""Sound that lies at an address: fetched into the bucket, within the limits.

Whether it is sound at all is found out there, as for any other object. Redirects are followed, and
each address on the way must be a public one (earshot.outgoing).
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urljoin

from boto3.s3.transfer import TransferConfig

from earshot.audio.formats import media_type
from earshot.errors import AudioTooLarge, EarshotError
from earshot.outgoing.addresses import RefusedAddress
from earshot.outgoing.connection import request
from earshot.recordings.record import Failure
from earshot.recordings.store import Recordings

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket

DEADLINE_S = 840  # of all of it; the function has 15 minutes
MAX_REDIRECTS = 5
MAX_RECEIVES = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # worth another try
_IN_ORDER = TransferConfig(use_threads=False)  # what comes over a connection comes once
_HEADERS = {"user-agent": "Earshot/1", "accept": "audio/*, video/*, */*;q=0.1"}


@dataclass(frozen=True, slots=True)
class Job:
    """What lies at `url` is to become the object at `key`."""

    url: str
    key: str

    def as_text(self) -> str:
        return json.dumps(asdict(self))


class Unreachable(EarshotError):
    """The address does not give the file."""

    code: ClassVar[str] = "unreachable"


class NotNow(Unreachable):
    """It may do so later."""


@dataclass(frozen=True, slots=True)
class Fetcher:
    """`bucket` is the boto3 Bucket for sound; `local` as for `request`."""

    recordings: Recordings
    bucket: "Bucket"
    max_bytes: int
    local: bool = False
    call: Callable[..., Any] = request

    def handle(self, body: str, last_attempt: bool) -> bool:
        """Fetch what a message asks for; whether it is in the bucket now. Raises NotNow.

        Why it can't be fetched becomes the recording's failure.
        """
        job = Job(**json.loads(body))
        if not self.recordings.is_awaited(job.key):
            return False
        try:
            self._fetch(job)
        except NotNow as error:
            if not last_attempt:
                raise
            self.recordings.never_came(job.key, Failure(error.code, error.message))
        except (Unreachable, AudioTooLarge, RefusedAddress) as error:
            self.recordings.never_came(job.key, Failure(error.code, error.message))
        else:
            return True
        return False

    def _fetch(self, job: Job) -> None:
        try:
            with self._opened(job.url) as answer:
                declared = answer.headers.get("content-length", "")
                whole = int(declared) if declared.isascii() and declared.isdigit() else None
                if whole is not None and whole > self.max_bytes:
                    raise _too_large(self.max_bytes)
                self.bucket.upload_fileobj(
                    cast("IO[bytes]", _Bounded(answer, whole, self.max_bytes)),  # `read` is enough
                    job.key,
                    ExtraArgs={"ContentType": media_type(job.key)},
                    Config=_IN_ORDER,
                )
        except (OSError, http.client.HTTPException) as error:
            raise NotNow("The address does not answer, or broke off.") from error

    @contextmanager
    def _opened(self, url: str) -> Iterator[Any]:
        """The answer with the file, wherever the address leads."""
        for _ in range(MAX_REDIRECTS + 1):
            with self.call("GET", url, _HEADERS, deadline_s=DEADLINE_S, local=self.local) as answer:
                if answer.status == 200:
                    yield answer
                    return
                if answer.status in _PASSING:
                    raise NotNow(f"The address answered {answer.status}.")
                location = answer.headers.get("location")
                if answer.status not in _REDIRECTS or not location:
                    raise Unreachable(f"The address answered {answer.status}.")
                url = urljoin(url, location)
        raise Unreachable(f"The address leads on more than {MAX_REDIRECTS} times.")


class _Bounded:
    """A file to read from, which ends neither later than it may nor sooner than it said."""

    def __init__(self, answer: Any, whole: int | None, most: int) -> None:
        self._answer, self._whole, self._most = answer, whole, most
        self._came = 0

    def read(self, size: int = -1) -> bytes:
        some: bytes = self._answer.read(size if size >= 0 else None)
        self._came += len(some)
        if self._came > self._most:
            raise _too_large(self._most)
        if not some and self._whole is not None and self._came < self._whole:
            raise ConnectionError("the file broke off")
        return some


def _too_large(most: int) -> AudioTooLarge:
    return AudioTooLarge(f"The file has more than {most:,} bytes.")
