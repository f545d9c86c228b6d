"""Files in, transcripts out."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from earshot.audio.decode import stream
from earshot.audio.limits import DEFAULT, Limits
from earshot.errors import AudioError
from earshot.speech.engine import Waveform
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript
from earshot.speech.windows import WHOLE

CHANNELS = 2
AHEAD = 2
"""Batches of files that are decoded while another is transcribed."""


def transcribe_file(
    path: Path, transcriber: Transcriber, limits: Limits = DEFAULT, *, split_channels: bool = False
) -> Transcript:
    """Decodes and transcribes side by side, in memory that does not grow with the length.

    With `split_channels` the sides of a stereo file are heard apart, as two speakers on a line:
    each segment tells its channel. Raises an AudioError for a file that can't become a transcript.
    """
    if not split_channels:
        return transcriber.transcribe_stream(_mono(path, limits))
    sides = [
        transcriber.transcribe_stream(
            block[:, channel] for block in stream(path, limits, channels=CHANNELS)
        )
        for channel in range(CHANNELS)
    ]
    return _both(sides)


def transcribe_files(
    paths: Iterable[Path],
    transcriber: Transcriber,
    limits: Limits = DEFAULT,
    batch: int | None = None,
) -> Iterator[tuple[Path, Transcript | AudioError]]:
    """The same as `transcribe_file` one by one, in order, but short files share batches and are
    decoded ahead. `batch` is how many files share one, by default what the engine takes best.
    """
    size = batch or max(16, transcriber.batch)
    with ThreadPoolExecutor(min(size, 4)) as pool:
        ahead: deque[tuple[Path, Future[Beginning | AudioError]]] = deque()
        coming = iter(paths)

        def fill() -> None:
            while len(ahead) < AHEAD * size and (path := next(coming, None)) is not None:
                ahead.append((path, pool.submit(_begun, path, limits)))

        fill()
        while ahead:
            some = [ahead.popleft() for _ in range(min(size, len(ahead)))]
            begun = [(path, future.result()) for path, future in some]
            fill()
            yield from _transcribe(begun, transcriber)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What was decoded of a file, and the rest of it if it is longer than was asked for."""

    waveform: Waveform
    rest: Iterator[Waveform] | None


def begin(path: Path, limits: Limits, whole: int = WHOLE) -> Beginning:
    """Decodes up to `whole` samples, or a little more, and leaves the rest to be decoded later.

    Raises an AudioError for a file that can't become a transcript; so does reading the rest.
    """
    blocks = _mono(path, limits)
    held: list[Waveform] = []
    samples = 0
    for block in blocks:
        held.append(block)
        samples += len(block)
        if samples > whole:
            return Beginning(np.concatenate(held), blocks)
    return Beginning(np.concatenate(held), None)


def _begun(path: Path, limits: Limits) -> Beginning | AudioError:
    try:
        return begin(path, limits)
    except AudioError as error:
        return error


def _transcribe(
    begun: list[tuple[Path, Beginning | AudioError]], transcriber: Transcriber
) -> Iterator[tuple[Path, Transcript | AudioError]]:
    short = [
        file.waveform for _, file in begun if isinstance(file, Beginning) and file.rest is None
    ]
    together = iter(transcriber.transcribe_many(short))
    for path, file in begun:
        if isinstance(file, AudioError):
            yield path, file
        elif file.rest is None:
            yield path, next(together)
        else:
            try:
                yield path, transcriber.transcribe_stream(chain([file.waveform], file.rest))
            except AudioError as error:
                yield path, error


def _mono(path: Path, limits: Limits) -> Iterator[Waveform]:
    for block in stream(path, limits):
        yield block[:, 0]


def _both(sides: list[Transcript]) -> Transcript:
    """One transcript of two sides, in order of time. A file that is mono has the same on both."""
    marked = [
        replace(segment, channel=channel)
        for channel, side in enumerate(sides)
        for segment in side.segments
    ]
    in_order = sorted(marked, key=lambda segment: (segment.start, segment.channel or 0))
    return replace(sides[0], segments=tuple(in_order))
