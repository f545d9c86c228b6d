"""Decoding on this machine, with the batched recogniser."""

from collections.abc import Sequence

from earshot.audio import sandbox
from earshot.cli.decoding.join import Clip
from earshot.cli.decoding.outcome import Fault, Heard
from earshot.cli.decoding.source import Done
from earshot.errors import AudioError
from earshot.speech.model import load
from earshot.speech.recognise import transcribe_files
from earshot.speech.transcriber import Transcriber

BATCH = 32
"""Files that are heard before the next are begun: at its end, processors wait for the last one."""

_GONE = Fault("unreadable", "The file is gone.", lasting=False)


class Local:
    """One loaded model. A batch of files is under way at a time, others are decoded ahead."""

    def __init__(self, model: str, revision: str | None = None, engine: str = "onnx") -> None:
        """Raises ModelError."""
        sandbox.start()  # it gets ready while the model loads
        self._transcriber = Transcriber(load(model, revision, engine, side_by_side=True))

    @property
    def name(self) -> str:
        """What a text depends on: the weights, what computes them, and how words are found."""
        wrote = self._transcriber.provenance
        return f"local:{wrote.fingerprint}:{wrote.engine}:{wrote.decoder}:{wrote.version}"

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
                done(there[path], Heard(result.text, result.duration))
