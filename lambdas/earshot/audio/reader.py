"""Reads a file's audio in blocks at its own sample rate. Runs only in the sandboxed child.

FFmpeg reads what it can, on the clock that a browser has too (earshot.audio.timeline). libsndfile
reads plain WAV, in a fraction of the time, and what FFmpeg can't open. Where it ends before the
file does, FFmpeg goes on.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import soundfile

from earshot.audio import ffmpeg, tracks
from earshot.audio.ffmpeg import BLOCK_SAMPLES, Block, check
from earshot.audio.findings import Notes
from earshot.audio.wav import plain_frames
from earshot.errors import AudioError

Samples = npt.NDArray[np.float32]


def blocks(file: BinaryIO, notes: Notes, max_s: float) -> Iterator[Block]:
    """The file's audio in order; of a damaged file, as much as can be read.

    `max_s` is how long it may become by silence that stands for gaps in its time stamps. Raises
    NotAudio, UnsupportedFormat or CorruptAudio if nothing can be read.
    """
    seconds = 0.0
    frames = plain_frames(file)
    if frames is not None:
        for block in _libsndfile_blocks(file):
            seconds += len(block.samples) / block.rate
            frames -= len(block.samples)
            yield block
        notes.heard_s = seconds
        if frames == 0:
            return
    fault: AudioError | None = None
    read = False
    try:
        for block in ffmpeg.blocks(file, notes, max_s, tracks.choose, skip_s=seconds):
            read = True
            yield block
    except AudioError as error:
        if read:
            raise
        fault = error
    if read or seconds:
        return
    for block in _libsndfile_blocks(file):
        read = True
        notes.heard_s += len(block.samples) / block.rate
        yield block
    if fault and not read:
        raise fault


def _libsndfile_blocks(file: BinaryIO) -> Iterator[Block]:
    """As far as libsndfile reads; nothing of what it can't open."""
    file.seek(0)
    try:
        # By its number: soundfile refuses names that aren't text, and trusts a `.raw` suffix.
        with soundfile.SoundFile(file.fileno(), closefd=False) as opened:
            check(opened.samplerate, opened.channels)
            while len(samples := opened.read(BLOCK_SAMPLES, dtype="float32", always_2d=True)):
                yield Block(samples, opened.samplerate)
    except soundfile.LibsndfileError:
        return
