"""Decoding on this machine, with the batched recogniser."""

from collections.abc import Sequence

from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Fault, Heard
from earshot.cli.decoding.source import Done
from earshot.errors import AudioError
from earshot.speech.recognise import transcribe_files
from earshot.speech.writer.model import BUNDLED
from earshot.transcription import open_transcriber

BATCH = 32
"""Files that are heard before the next are begun: at its end, processors wait for the last one."""

_GONE = Fault("unreadable", "The file is gone.", lasting=False)


class Local:
    """One loaded model. A batch of files is under way at a time, others are decoded ahead."""

    def __init__(
        self,
        model: str,
        revision: str | None = None,
        engine: str = "onnx",
        writer: str = BUNDLED,
    ) -> None:
        """Raises ModelError."""
        self._transcriber = open_transcriber(
            model, revision, engine, writer=writer, side_by_side=True
        )

    @property
    def name(self) -> str:
        """What a text depends on: the weights, what computes them, and how words are found."""
        made = self._transcriber.provenance
        listener = f"local:{made.fingerprint}:{made.engine}:{made.decoder}:{made.version}"
        return f"{listener}:{made.writer_fingerprint}" if made.writer else listener

    def decode(self, clips: Sequence[Clip], done: Done) -> None:
        there = {clip.path: clip for clip in clips if clip.path.is_file()}
        for clip in clips:
            if clip.path not in there:
                done(clip, _GONE)
        for path, result in transcribe_files(there, self._transcriber, batch=BATCH):
            if isinstance(result, AudioError) and not path.is_file():
                done(there[path], _GONE)  # with its drive, say, while others were heard
            elif isinstance(result, AudioError):
                done(there[path], Fault(result.code, result.message, lasting=True))
            else:
                done(there[path], Heard.of(result))
