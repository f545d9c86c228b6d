"""From an object event to a record: what happens to every file that lands in the bucket.

The order of the steps is what makes it safe: the object is looked at before the record is touched,
the record is claimed before the work, and the result is written only while the claim still holds.
A crash between any two steps leaves a state from which the repeated event goes on.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from earshot.audio.limits import Limits
from earshot.errors import AudioError, AudioTooLarge
from earshot.events import Change, ObjectEvent
from earshot.search.passages import count_passages
from earshot.speech.recognise import transcribe_file
from earshot.speech.transcriber import Transcriber
from earshot.transcripts.recording import FACETS, Failure
from earshot.transcripts.store import INTERNAL, Claim, Recordings

_CHUNK_BYTES = 1 << 20
_MAX_FACET_CHARS = 64
# Metadata of sound whose transcript was imported before it came: x-amz-meta-transcript: imported
IMPORTED = {"transcript": "imported"}


class Outcome(StrEnum):
    """What became of an event, for logs and metrics."""

    DONE = "done"
    ADOPTED = "adopted"
    FAILED = "failed"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    STALE = "stale"
    GONE = "gone"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Ingest:
    """Works object events off. `bucket` is a boto3 Bucket; `limits` bound one object."""

    recordings: Recordings
    bucket: Any
    transcriber: Transcriber
    limits: Limits

    def handle(self, event: ObjectEvent, last_attempt: bool = False) -> Outcome:
        """Deal with one event; safe to repeat and to run beside itself.

        What the file itself is to blame for becomes a failed record. Any other error is raised, for
        the event to be tried again; on the `last_attempt` it leaves a record too.
        """
        if event.change is Change.REMOVED:
            return Outcome.REMOVED if self.recordings.remove(event) else Outcome.STALE
        try:
            return self._transcribe(event)
        except Exception:
            if last_attempt:
                failure = Failure(
                    INTERNAL, "Something went wrong on our side; it is being looked at."
                )
                self.recordings.fail(event, failure)
            raise

    def _transcribe(self, event: ObjectEvent) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
            path = Path(folder) / "audio"
            stored = self._open(event)
            metadata = stored.get("Metadata", {}) if stored else {}
            size = stored["ContentLength"] if stored else event.size
            if stored and is_imported(metadata) and self._adopt(event, stored):
                return Outcome.ADOPTED
            claimed = self.recordings.claim(
                event, self.transcriber.provenance.fingerprint, facets_from(metadata), size
            )
            if claimed.claim is Claim.UNCHANGED:
                return Outcome.UNCHANGED
            if claimed.claim is Claim.STALE:
                return Outcome.STALE
            if stored is None:
                self.recordings.forget(event)
                return Outcome.GONE
            if stored["ETag"].strip('"') != event.etag:
                return Outcome.SUPERSEDED  # overwritten meanwhile: its own event is on its way
            try:
                if size > self.limits.max_bytes:
                    raise AudioTooLarge(
                        f"The file has {size:,} bytes; at most {self.limits.max_bytes:,} are taken."
                    )
                self._download(stored["Body"], path)
                transcript = transcribe_file(path, self.transcriber, self.limits)
            except AudioError as error:
                failed = self.recordings.fail(event, Failure(error.code, error.message))
                return Outcome.FAILED if failed else Outcome.STALE
        passages = max(claimed.passages, count_passages(transcript))
        done = self.recordings.finish(event, transcript, passages)
        return Outcome.DONE if done else Outcome.STALE

    def _adopt(self, event: ObjectEvent, stored: Mapping[str, Any]) -> bool:
        """Leave the imported transcript as it is; False when the sound must be listened to."""
        return stored["ETag"].strip('"') == event.etag and self.recordings.adopt(
            event, stored["ContentLength"]
        )

    def _open(self, event: ObjectEvent) -> Mapping[str, Any] | None:
        """The object as it is now, its body unread; None when it is gone."""
        try:
            stored: Mapping[str, Any] = self.bucket.Object(event.key).get()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return stored

    @staticmethod
    def _download(body: Any, path: Path) -> None:
        with path.open("wb") as file:
            for chunk in body.iter_chunks(_CHUNK_BYTES):
                file.write(chunk)


def facets_from(metadata: Mapping[str, str]) -> dict[str, str]:
    """The facets among an object's metadata (`x-amz-meta-age: thirties` …), tidied."""
    named = {name.lower(): " ".join(value.split()) for name, value in metadata.items()}
    return {facet: named[facet][:_MAX_FACET_CHARS] for facet in FACETS if named.get(facet)}


def is_imported(metadata: Mapping[str, str]) -> bool:
    """Whether an object says that its transcript came before it, by an import."""
    named = {name.lower(): value for name, value in metadata.items()}
    return named.items() >= IMPORTED.items()
