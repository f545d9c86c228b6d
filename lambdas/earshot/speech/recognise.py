"""Audio files to transcripts."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from earshot.audio.decode import Stream, stream
from earshot.audio.findings import Findings
from earshot.audio.limits import DEFAULT, Limits
from earshot.errors import AudioError
from earshot.speech.deadline import Deadline
from earshot.speech.engine import Waveform
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Incomplete, ListenedTo, Segment, Transcript
from earshot.speech.windows import MAX_SINGLE_WINDOW_SAMPLES

STEREO_CHANNELS = 2
BATCHES_AHEAD = 2
"""How many batches of files are decoded while one is transcribed."""


def transcribe_file(
    path: Path,
    transcriber: Transcriber,
    limits: Limits = DEFAULT,
    deadline: Deadline | None = None,
    *,
    split_channels: bool = False,
) -> Transcript:
    """Transcribes a file while it is decoded; memory does not grow with its length.

    `split_channels` transcribes the channels of a stereo file separately, for calls with a speaker
    on each channel. Segments then have a channel. Raises AudioError if the file can't be decoded,
    at once if it is too long, and OutOfTime if it can't be transcribed by the `deadline`.
    """
    if not split_channels:
        return _transcribe_stream(begin(path, limits, whole=0), transcriber, deadline)
    sides = []
    for channel in range(STEREO_CHANNELS):
        blocks = stream(path, limits, channels=STEREO_CHANNELS, counted=True)
        side = transcriber.transcribe_stream(block[:, channel] for block in blocks)
        sides.append(noted(side, blocks.findings))
    return _merged(sides)


def noted(transcript: Transcript, findings: Findings | None) -> Transcript:
    """The transcript, with what reading its file found out."""
    if findings is None:
        return transcript
    incomplete, listened_to = None, None
    if findings.damaged:
        incomplete = Incomplete(findings.heard_s, findings.lost_s)
    if findings.track is not None or findings.channel is not None:
        listened_to = ListenedTo(findings.track, findings.channel)
    return replace(
        transcript,
        incomplete=incomplete,
        listened_to=listened_to,
        needs_copy=findings.leads_astray,
    )


def transcribe_files(
    paths: Iterable[Path],
    transcriber: Transcriber,
    limits: Limits = DEFAULT,
    batch: int | None = None,
) -> Iterator[tuple[Path, Transcript | AudioError]]:
    """The transcripts of `transcribe_file`, in order, but faster for many short files.

    Short files are decoded ahead and share batches of `batch` files, by default as many as suit
    the engine. A file that can't be decoded yields its AudioError.
    """
    size = batch or max(16, transcriber.batch)
    with ThreadPoolExecutor(min(size, 4)) as pool:
        ahead: deque[tuple[Path, Future[Beginning | AudioError]]] = deque()
        coming = iter(paths)

        def fill() -> None:
            while len(ahead) < BATCHES_AHEAD * size and (path := next(coming, None)) is not None:
                ahead.append((path, pool.submit(_begun, path, limits)))

        fill()
        while ahead:
            some = [ahead.popleft() for _ in range(min(size, len(ahead)))]
            begun = [(path, future.result()) for path, future in some]
            fill()
            yield from _transcribe(begun, transcriber)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The decoded start of a file, shape (n,), and the rest of its blocks if there is more.

    `source` is the stream that they come from; its findings are there after the last block.
    """

    waveform: Waveform
    rest: Iterator[Waveform] | None
    source: Stream

    @property
    def needs_copy(self) -> bool:
        """Whether the file is wanted again, for a playback copy; known when all is decoded."""
        return self.source.findings is not None and self.source.findings.leads_astray


def begin(path: Path, limits: Limits, whole: int = MAX_SINGLE_WINDOW_SAMPLES) -> Beginning:
    """Decodes at least `whole` samples, or all of a shorter file; the rest is decoded later.

    Raises AudioError if the file can't be decoded, or is too long. So does reading the rest.
    """
    source = stream(path, limits, counted=True)
    blocks = (block[:, 0] for block in source)
    held: list[Waveform] = []
    samples = 0
    for block in blocks:
        held.append(block)
        samples += len(block)
        if samples > whole:
            return Beginning(np.concatenate(held), blocks, source)
    return Beginning(np.concatenate(held), None, source)


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
    transcripts = iter(transcriber.transcribe_many(short))
    for path, file in begun:
        if isinstance(file, AudioError):
            yield path, file
        elif file.rest is None:
            yield path, noted(next(transcripts), file.source.findings)
        else:
            try:
                yield path, _transcribe_stream(file, transcriber)
            except AudioError as error:
                yield path, error


def _transcribe_stream(
    file: Beginning, transcriber: Transcriber, deadline: Deadline | None = None
) -> Transcript:
    blocks: Iterator[Waveform] = chain([file.waveform], file.rest or ())
    if deadline:
        blocks = deadline.watch(blocks, lambda: file.source.length_s)
    transcript = transcriber.transcribe_stream(blocks)
    return noted(transcript, file.source.findings)


def _merged(sides: list[Transcript]) -> Transcript:
    """One transcript from one for each channel, ordered by time.

    It has no letters for search by sound: those of two people who may speak at once.
    """
    heard = [side.heard for side in sides if side.heard is not None]
    return replace(
        sides[0],
        segments=_in_order([side.segments for side in sides]),
        heard=_in_order(heard) if heard else None,
        letters=None,
    )


def _in_order(sides: Sequence[Sequence[Segment]]) -> tuple[Segment, ...]:
    marked = [
        replace(segment, channel=channel)
        for channel, segments in enumerate(sides)
        for segment in segments
    ]
    return tuple(sorted(marked, key=lambda segment: (segment.start, segment.channel or 0)))
