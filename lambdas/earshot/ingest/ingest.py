"""From an object event to a record: what happens to every file that lands in the bucket.

The order of the steps is what makes it safe: the object is looked at before the record is touched,
the record is claimed before the work, and the result is written only while the claim still holds.
A crash between any two steps leaves a state from which the repeated event goes on.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from earshot.audio.limits import Limits
from earshot.errors import ArchivedAudio, AudioError, AudioTooLarge, AudioTooLong
from earshot.ingest.sidecars import described_by, read
from earshot.ingest.work import Work
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.claim import Claim, Claimed
from earshot.recordings.claiming import INTERNAL
from earshot.recordings.details import from_metadata
from earshot.recordings.ids import recording_id
from earshot.recordings.metadata import decoded, tidied
from earshot.recordings.passages import count_passages
from earshot.recordings.record import FACETS, Failure
from earshot.recordings.store import Recordings
from earshot.speech.deadline import Deadline
from earshot.speech.recognise import transcribe_file
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket

_CHUNK_BYTES = 1 << 20
_MAX_FACET_CHARS = 64
_MISSING = ("NoSuchKey", "404")
# Metadata of sound whose transcript was imported before it came: x-amz-meta-transcript: imported
IMPORTED = {"transcript": "imported"}


class Outcome(StrEnum):
    """What became of an event, for logs and metrics."""

    DONE = "done"
    ADOPTED = "adopted"
    FAILED = "failed"
    KEPT = "kept"  # could not be transcribed again: the transcript that it has stays
    HANDED_ON = "handed_on"
    REMOVED = "removed"
    UNCHANGED = "unchanged"
    STALE = "stale"
    GONE = "gone"
    DESCRIBED = "described"  # a sidecar: what it says was noted, if its sound is there
    SUPERSEDED = "superseded"


_IDLE = {Claim.UNCHANGED: Outcome.UNCHANGED, Claim.STALE: Outcome.STALE}


@dataclass(frozen=True, slots=True)
class Ingest:
    """Works object events off. `bucket` is a boto3 Bucket; `limits` bound one object.

    `hand_on` takes events of files over the limits to where more is taken; without it they fail.
    So it is with a file that can't be transcribed by the `deadline` of the present run.
    """

    recordings: Recordings
    bucket: "Bucket"
    transcriber: Transcriber
    limits: Limits
    hand_on: Callable[[ObjectEvent], None] | None = None
    deadline: Callable[[], Deadline | None] = lambda: None

    def handle(self, event: ObjectEvent, last_attempt: bool = False) -> Outcome:
        """Deal with one event; safe to repeat and to run beside itself.

        What the file itself is to blame for becomes a failed record. Any other error is raised, for
        the event to be tried again; on the `last_attempt` it leaves a record too.
        """
        try:
            with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
                work = self.take(event, Path(folder) / "audio")
                if isinstance(work, Outcome):
                    return work
                try:
                    transcript = transcribe_file(
                        work.path, self.transcriber, self.limits, self.deadline()
                    )
                except AudioError as error:
                    return self.refuse(work.event, error)
                return self.finish(work, transcript)
        except Exception:
            if last_attempt:
                self.give_up(event)
            raise

    def take(self, event: ObjectEvent, path: Path) -> Work | Outcome:
        """Claim the event's recording and put its sound at `path`; the outcome if that was all."""
        if sound := described_by(event.key):
            self._note_sidecar(sound)
            return Outcome.DESCRIBED
        if event.change is Change.REMOVED:
            left = self._left(event)
            if left is None:
                return Outcome.REMOVED if self.recordings.remove(event) else Outcome.STALE
            event = left
        try:
            stored = self._open(event)
        except ArchivedAudio as error:
            claimed = self._claim(event, None, event.size)
            return (
                self._fail(event, error) if claimed.claim is Claim.TAKEN else _IDLE[claimed.claim]
            )
        metadata = stored.get("Metadata", {}) if stored else {}
        size = stored["ContentLength"] if stored else event.size
        if stored and self._is_adopted(event, stored):
            self._note_sidecar(event.key)
            return Outcome.ADOPTED
        claimed = self._claim(event, facets_from(metadata), size, from_metadata(metadata))
        if claimed.claim is not Claim.STALE and event.change is Change.CREATED:
            self._note_sidecar(event.key)  # after the claim: one that comes later finds the record
        if claimed.claim is not Claim.TAKEN:
            return _IDLE[claimed.claim]
        if stored is None:
            if event.change is Change.CREATED:  # else the removal's own event sees to it
                self.recordings.forget(event)
            return Outcome.GONE
        if stored["ETag"].strip('"') != event.etag:
            return Outcome.SUPERSEDED  # overwritten meanwhile: its own event is on its way
        if size > self.limits.max_bytes:
            return self._beyond(
                event,
                AudioTooLarge(
                    f"The file has {size:,} bytes; at most {self.limits.max_bytes:,} are taken."
                ),
            )
        self._download(stored["Body"], path)
        return Work(event, path, claimed.passages)

    def finish(self, work: Work, transcript: Transcript) -> Outcome:
        """Write what was heard, while the claim holds."""
        passages = max(work.passages, count_passages(transcript))
        copy = work.playback_copy(self.limits) if transcript.needs_copy else None
        done = self.recordings.finish(work.event, transcript, passages, copy)
        return Outcome.DONE if done else Outcome.STALE

    def refuse(self, event: ObjectEvent, error: AudioError) -> Outcome:
        """Write why a claimed file has no transcript; one that is too long here is handed on."""
        if isinstance(error, AudioTooLong):
            return self._beyond(event, error)
        return self._fail(event, error)

    def give_up(self, event: ObjectEvent) -> None:
        """Leave word of a fault that is not the file's, after the last attempt."""
        if described_by(event.key):
            return  # it becomes no recording; its message is a dead letter
        failure = Failure(INTERNAL, "Something went wrong on our side; it is being looked at.")
        if event.change is Change.CREATED:  # the fault may have come before the claim
            self._claim(event, None, event.size)
        self.recordings.fail(event, failure)

    def _claim(
        self,
        event: ObjectEvent,
        facets: Mapping[str, str] | None,
        size: int,
        details: Mapping[str, Any] | None = None,
    ) -> Claimed:
        fingerprint = self.transcriber.provenance.weights
        return self.recordings.claim(event, fingerprint, facets, size, details)

    def _note_sidecar(self, sound: str) -> None:
        self.recordings.note_sidecar(recording_id(sound), lambda: read(self.bucket, sound))

    def _beyond(self, event: ObjectEvent, error: AudioError) -> Outcome:
        """The record goes on saying "transcribing": the same event may claim it elsewhere."""
        if self.hand_on is None:
            return self._fail(event, error)
        self.hand_on(event)
        return Outcome.HANDED_ON

    def _fail(self, event: ObjectEvent, error: AudioError) -> Outcome:
        if self.recordings.fail(event, Failure(error.code, error.message)):
            return Outcome.FAILED
        return Outcome.KEPT if event.change is Change.RETRANSCRIBE else Outcome.STALE

    def _is_adopted(self, event: ObjectEvent, stored: Mapping[str, Any]) -> bool:
        """Whether an imported transcript stays as it is; False when the sound must be heard."""
        return (
            event.change is Change.CREATED
            and is_imported(stored.get("Metadata", {}))
            and stored["ETag"].strip('"') == event.etag
            and self.recordings.adopt(event, stored["ContentLength"])
        )

    def _left(self, event: ObjectEvent) -> ObjectEvent | None:
        """What a removal left, as if it had just been put; None where nothing is left.

        In a bucket with versions an old version may go, or the marker that hid a newer one.
        """
        there = self.bucket.Object(event.key)
        try:
            there.load()
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        etag, size = there.e_tag.strip('"'), there.content_length
        return replace(event, change=Change.CREATED, etag=etag, size=size)

    def _open(self, event: ObjectEvent) -> Mapping[str, Any] | None:
        """The object as it is now, its body unread; None when it is gone."""
        try:
            stored: Mapping[str, Any] = self.bucket.Object(event.key).get()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _MISSING:
                return None
            if code == "InvalidObjectState":
                raise ArchivedAudio(
                    "The file is archived and can't be read; restore it and put it again."
                ) from error
            raise
        return stored

    @staticmethod
    def _download(body: Any, path: Path) -> None:
        with path.open("wb") as file:
            for chunk in body.iter_chunks(_CHUNK_BYTES):
                file.write(chunk)


def facets_from(metadata: Mapping[str, str]) -> dict[str, str]:
    """The facets among an object's metadata (`x-amz-meta-age: thirties` …), tidied."""
    named = {name.lower(): tidied(value) for name, value in decoded(metadata).items()}
    return {facet: named[facet][:_MAX_FACET_CHARS] for facet in FACETS if named.get(facet)}


def is_imported(metadata: Mapping[str, str]) -> bool:
    """Whether an object says that its transcript came before it, by an import."""
    named = {name.lower(): value for name, value in metadata.items()}
    return named.items() >= IMPORTED.items()
