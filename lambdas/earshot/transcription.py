"""Transcribing files from Python, on this machine."""

from functools import cache
from pathlib import Path

from earshot.audio import sandbox
from earshot.audio.limits import DEFAULT, Limits
from earshot.bundled import model_folder
from earshot.speech.model import load
from earshot.speech.recognise import transcribe_file
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript
from earshot.speech.writer.model import BUNDLED, open_writer


def open_transcriber(
    model: str | None = None,
    revision: str | None = None,
    engine: str = "onnx",
    *,
    writer: str = BUNDLED,
    writer_revision: str | None = None,
    decoder: str | None = None,
    side_by_side: bool = False,
) -> Transcriber:
    """A loaded listener and writer.

    `model`, the listener, is a folder or an id on the Hugging Face hub, by default the bundled
    small one, and `revision` its commit or branch there. So are `writer` and `writer_revision`;
    "none" shows the listener's own words. `engine` is onnx (int8 where there is one), onnx-fp32,
    onnx-int8 or torch. `decoder` is greedy or beam, by default beam for a model with a word list.
    `side_by_side` is for many files: they share the processors, rather than one having all of
    them. Raises ModelError.
    """
    sandbox.start()  # the decoder process gets ready while the models load
    source = model or str(model_folder("demo"))
    listener = load(source, revision, engine, side_by_side=side_by_side)
    together = side_by_side or listener.engine.calls > 1
    written = open_writer(
        writer, writer_revision, side_by_side=together, on_device=listener.engine.on_device
    )
    return Transcriber(listener, decoder, writer=written)


def transcribe(
    path: str | Path,
    transcriber: Transcriber | None = None,
    *,
    split_channels: bool = False,
    limits: Limits = DEFAULT,
) -> Transcript:
    """What is said in an audio file of any format that FFmpeg reads.

    Without a `transcriber` the bundled model is loaded once and kept. `split_channels` keeps the
    sides of a stereo file apart, as two speakers. Raises AudioError for a file that can't become a
    transcript: its `code` and `message` say why.
    """
    chosen = transcriber or _bundled()
    return transcribe_file(Path(path), chosen, limits, split_channels=split_channels)


@cache
def _bundled() -> Transcriber:
    return open_transcriber()
