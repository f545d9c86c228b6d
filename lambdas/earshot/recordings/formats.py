"""A transcript as people and programs take it away: plain text, JSON, SRT, WebVTT."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from earshot.speech.transcript import Transcript, Word

# Captions by the usual rules of subtitling: two lines of 42 characters, at most 7 seconds.
LINE = 42
LINES = 2
CAPTION_SECONDS = 7.0
SHORTEST_SECONDS = 0.3  # below it a player flashes, and rounding could end before the start


@dataclass(frozen=True, slots=True)
class Caption:
    """Text on screen between two times in whole milliseconds; `start` < `end`."""

    start: int
    end: int
    lines: tuple[str, ...]


def to_txt(transcript: Transcript) -> str:
    """One line a segment."""
    return "".join(f"{segment.text}\n" for segment in transcript.segments)


def to_json(transcript: Transcript) -> str:
    """Everything that is known: text, segments, words with times and confidence, provenance."""
    whole = {
        "text": transcript.text,
        "duration": transcript.duration,
        "segments": [
            {
                "start": segment.start,
                "end": segment.end,
                "text": segment.text,
                **({} if segment.channel is None else {"channel": segment.channel}),
                "words": [asdict(word) for word in segment.words],
            }
            for segment in transcript.segments
        ],
        "provenance": asdict(transcript.provenance),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def to_srt(transcript: Transcript) -> str:
    """SubRip: numbered captions, times with a comma. No speech gives an empty file."""
    blocks = [
        f"{number}\n{_time(caption.start, ',')} --> {_time(caption.end, ',')}\n"
        + "".join(f"{line}\n" for line in caption.lines)
        for number, caption in enumerate(captions(transcript), 1)
    ]
    return "\n".join(blocks)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT. No speech gives the header alone, which is a valid file."""
    blocks = [
        f"{_time(caption.start, '.')} --> {_time(caption.end, '.')}\n"
        + "".join(f"{_escape(line)}\n" for line in caption.lines)
        for caption in captions(transcript)
    ]
    return "\n".join(["WEBVTT\n", *blocks])


def captions(transcript: Transcript) -> list[Caption]:
    """Captions in order of time; those of one channel never overlap."""
    found: list[Caption] = []
    ends: dict[int | None, int] = {}
    for segment in sorted(transcript.segments, key=lambda segment: segment.start):
        for words in _pieces(segment.words):
            start = max(_milliseconds(words[0].start), ends.get(segment.channel, 0))
            shortest = start + round(SHORTEST_SECONDS * 1000)
            end = max(_milliseconds(words[-1].end), shortest)
            ends[segment.channel] = end
            found.append(Caption(start, end, tuple(_lines(words))))
    return sorted(found, key=lambda caption: caption.start)


def _pieces(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Runs of words that fit on screen together and don't stay too long."""
    piece: list[Word] = []
    for word in words:
        full = piece and (
            len(list(_lines([*piece, word]))) > LINES or word.end - piece[0].start > CAPTION_SECONDS
        )
        if full:
            yield piece
            piece = []
        piece.append(word)
    if piece:
        yield piece


def _lines(words: Sequence[Word]) -> Iterator[str]:
    line = ""
    for word in words:
        longer = f"{line} {word.text}" if line else word.text
        if line and len(longer) > LINE:
            yield line
            longer = word.text
        line = longer
    if line:
        yield line


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))


def _time(milliseconds: int, point: str) -> str:
    """HH:MM:SS,mmm; the hours grow beyond two digits where they must."""
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{fraction:03}"


def _escape(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
