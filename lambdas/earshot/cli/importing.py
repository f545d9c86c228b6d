"""The transcripts that `earshot import` makes of rows: timed by the sound where there is some."""

import threading
from collections.abc import Callable
from pathlib import Path

from earshot import __version__
from earshot.audio import sandbox
from earshot.audio.decode import stream
from earshot.cli.sound import LIMITS
from earshot.cli.tables.csv_rows import Row
from earshot.errors import AudioError
from earshot.recordings.imported import aligned_transcript, imported_transcript, is_aligned
from earshot.recordings.record import Recording, Source
from earshot.speech.alignment.listening import listen
from earshot.speech.alignment.long_text import align_text
from earshot.speech.model import SpeechModel, load
from earshot.speech.transcript import Transcript

MIN_FOUND = 0.5
"""Share of the words that must be found in the sound; below it, it is the sound of another text."""


class Estimated(Exception):
    """The sound is there and gave no times; `transcript` has estimates."""

    def __init__(self, transcript: Transcript, reason: str) -> None:
        super().__init__(reason)
        self.transcript, self.reason = transcript, reason


class Aligner:
    """Lays texts on sound with one listener, one file at a time: each has all processors."""

    def __init__(self, model: SpeechModel, sound_of: Callable[[Row], Path | None]) -> None:
        """`sound_of` gives a row's file, None where it has none."""
        self._model, self.sound_of = model, sound_of
        self._lock = threading.Lock()

    @classmethod
    def load(cls, listener: str, sound_of: Callable[[Row], Path | None]) -> "Aligner":
        """`listener` is a folder or a hub id. Raises ModelError."""
        sandbox.start()  # the decoder process gets ready while the model loads
        return cls(load(listener), sound_of)

    @property
    def fingerprint(self) -> str:
        return self._model.fingerprint

    def align(self, row: Row, path: Path, model: str) -> Transcript | None:
        """The row's text with the sound's times; None where too little of it is found there.

        Raises AudioError for a file that can't be read.
        """
        with self._lock:
            listened = listen((block[:, 0] for block in stream(path, LIMITS)), self._model)
            words = row.text.split()
            spans = align_text(words, listened)
        if sum(span is not None for span in spans) < MIN_FOUND * len(words):
            return None
        return aligned_transcript(
            row.text, spans, listened.duration, model, self.fingerprint, __version__
        )


class Maker:
    """Makes the transcript of a row, written by `model`. Safe to call from several threads."""

    def __init__(self, model: str, aligner: Aligner | None) -> None:
        self._model, self._aligner = model, aligner

    def __call__(self, row: Row, there: Recording | None) -> Transcript:
        """`there` is what the table has: the same text is not aligned twice, and not given
        estimates for the sound's times. Raises Estimated where the sound should have given times.
        """
        path = self._aligner.sound_of(row) if self._aligner else None
        listener = self._aligner.fingerprint if self._aligner and path else None
        before = there.transcript if there else None
        if (
            before is not None
            and before.text == row.text
            and is_aligned(before.provenance, self._model, listener)
        ):
            return before
        assert row.duration is not None  # noqa: S101 - rows without one are left to the sound
        estimate = imported_transcript(row.text, row.duration, self._model, __version__)
        uploaded = there is not None and there.source is Source.UPLOAD  # and so stays as it is
        if self._aligner is None or path is None or uploaded:
            return estimate
        try:
            aligned = self._aligner.align(row, path, self._model)
        except AudioError as error:
            raise Estimated(estimate, error.message) from error
        if aligned is None:
            raise Estimated(estimate, "the text is not what is said in the sound")
        return aligned
