"""Decoding through a deployment's bucket: recordings are put there, and stay."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Fault, Heard, Outcome
from earshot.cli.decoding.source import Done, Stopped
from earshot.cli.outputs import Outputs
from earshot.cli.uploading import Upload, put
from earshot.cli.waiting import PATIENCE, wait_for
from earshot.recordings.claiming import INTERNAL
from earshot.recordings.item import MAX_INLINE_TEXT_CHARS
from earshot.recordings.record import Recording
from earshot.recordings.store import Recordings

AT_ONCE = 256
"""Recordings that are put before those put before them are waited for: the pipeline always has
work, and its queue never holds more than twice as many of ours."""


class Bucket:
    """The bucket of one deployment.

    Keys are those of `upload FOLDER --prefix PREFIX --csv IN.csv`, and so is the metadata, so what
    was uploaded before is not put again. `facets` are by row.
    """

    def __init__(
        self,
        target: Outputs,
        folder: Path,
        prefix: str = "",
        facets: Mapping[int, Mapping[str, str]] | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """`patience`: seconds to wait for the next recording before giving the rest up."""
        self._target = target
        self._folder = folder
        self._prefix = prefix
        self._facets = facets or {}
        self._patience = patience

    @property
    def name(self) -> str:
        return f"s3://{self._target.audio_bucket}/{self._prefix}"

    def decode(self, clips: Sequence[Clip], done: Done) -> None:
        try:
            self._decode(clips, done)
        except (BotoCoreError, ClientError) as error:
            raise Stopped(f"The deployment does not answer as it should: {error}") from error

    def _decode(self, clips: Sequence[Clip], done: Done) -> None:
        s3 = self._target.client("s3")
        s3.head_bucket(Bucket=self._target.audio_bucket)  # before a thousand files find out
        before: dict[str, Clip] = {}
        for start in range(0, len(clips), AT_ONCE):
            put_now = self._put(clips[start : start + AT_ONCE], done)
            self._wait(before, done)
            before = put_now
        self._wait(before, done)

    def _put(self, clips: Sequence[Clip], done: Done) -> dict[str, Clip]:
        """Those that are in the bucket now, by key."""
        uploads = [self._upload(clip) for clip in clips]
        by_key = {upload.key: clip for upload, clip in zip(uploads, clips, strict=True)}
        for key, reason in put(uploads, self._target).failures:
            done(by_key.pop(key), Fault("not_uploaded", reason, lasting=False))
        return by_key

    def _upload(self, clip: Clip) -> Upload:
        key = self._prefix + clip.path.relative_to(self._folder).as_posix()
        return Upload(clip.path, key, self._facets.get(clip.row, {}))

    def _wait(self, clips: dict[str, Clip], done: Done) -> None:
        try:
            for recording in self._ended(clips):
                done(clips.pop(recording.key), self._outcome(recording))
        except TimeoutError:
            late = f"No transcript came for {self._patience:.0f} s."
            for clip in clips.values():
                done(clip, Fault("timeout", late, lasting=False))

    def _ended(self, clips: Mapping[str, Clip]) -> Iterator[Recording]:
        etags = {key: clip.digest for key, clip in clips.items()}
        waiting = wait_for(list(clips), self._target, self._patience, etags=etags, searchable=False)
        return (ended.recording for ended in waiting)

    def _outcome(self, recording: Recording) -> Outcome:
        if recording.failure:
            code, message = recording.failure.code, recording.failure.message
            return Fault(code, message, lasting=code != INTERNAL)
        whole = self._recordings.get(recording.recording_id)
        if whole is not None and whole.transcript is not None and whole.etag == recording.etag:
            return Heard.of(whole.transcript)
        if whole is None or len(recording.text) >= MAX_INLINE_TEXT_CHARS:
            return Fault("gone", "The recording was removed meanwhile.", lasting=False)
        return Heard(recording.text, recording.duration or 0.0)

    @cached_property
    def _recordings(self) -> Recordings:
        return self._target.recordings()
