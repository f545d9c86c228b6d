"""Earshot: drop audio in a bucket; search what was said.

    from earshot import open_transcriber, transcribe

    transcript = transcribe("talk.mp3", open_transcriber())
    print(transcript.text)

Arrows of import point one way: handlers and command line -> ingest, search -> recordings -> speech,
audio. Nothing under `speech` or `audio` knows of AWS.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from earshot.errors import AudioError, EarshotError, ModelError
    from earshot.speech.transcriber import Transcriber
    from earshot.speech.transcript import Segment, Transcript, Word
    from earshot.transcription import open_transcriber, transcribe

__version__ = "0.2.0"

__all__ = [
    "AudioError",
    "EarshotError",
    "ModelError",
    "Segment",
    "Transcriber",
    "Transcript",
    "Word",
    "open_transcriber",
    "transcribe",
]

# Imported when it is first asked for: most functions are deployed without numpy.
_MODULES = {
    "AudioError": "earshot.errors",
    "EarshotError": "earshot.errors",
    "ModelError": "earshot.errors",
    "Segment": "earshot.speech.transcript",
    "Transcriber": "earshot.speech.transcriber",
    "Transcript": "earshot.speech.transcript",
    "Word": "earshot.speech.transcript",
    "open_transcriber": "earshot.transcription",
    "transcribe": "earshot.transcription",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'earshot' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
