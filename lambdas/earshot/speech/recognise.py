"""One file in, one transcript out."""

from pathlib import Path

from earshot.audio.decode import stream
from earshot.audio.limits import DEFAULT, Limits
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript


def transcribe_file(path: Path, transcriber: Transcriber, limits: Limits = DEFAULT) -> Transcript:
    """Decodes and transcribes side by side, in memory that does not grow with the length.

    Raises an AudioError for a file that can't become a transcript.
    """
    return transcriber.transcribe_stream(block[:, 0] for block in stream(path, limits))
