"""A transcript as people and programs take it away: plain text, JSON, SRT, WebVTT.

All of them hold the words as shown: never CAPITALS alone (earshot.recordings.shown).
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from earshot.recordings.captions import Caption, captions, label, name
from earshot.recordings.imported import has_estimated_times
from earshot.recordings.screens import Screen, screens
from earshot.recordings.shown import heard, shown
from earshot.speech.transcript import Segment, Transcript

ESTIMATED_NOTE = "NOTE The times are estimates: the text was imported without any.\n"


def to_txt(transcript: Transcript) -> str:
    """One line a segment, which is a sentence where the text has marks."""
    return "".join(f"{segment.text}\n" for segment in shown(transcript))


def to_json(transcript: Transcript) -> str:
    """Everything that is known: text, segments, words with times and confidence, provenance.

    `heard` are the listener's own segments; null where the text was made elsewhere.
    """
    segments, own = shown(transcript), heard(transcript)
    whole = {
        "text": " ".join(segment.text for segment in segments),
        "duration": transcript.duration,
        "estimated_times": has_estimated_times(transcript.provenance),
        **found_out(transcript),
        "segments": _segments(segments),
        "heard": None if own is None else _segments(own),
        "provenance": asdict(transcript.provenance),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def found_out(transcript: Transcript) -> dict[str, Any]:
    """What is worth saying of a file that is not as files should be; nothing of others."""
    found = {"incomplete": transcript.incomplete, "listened_to": transcript.listened_to}
    return {name: asdict(one) for name, one in found.items() if one is not None}


def to_srt(transcript: Transcript) -> str:
    """SubRip: numbered captions, times with a comma. No speech gives an empty file."""
    blocks = [
        f"{number}\n{_time(screen.start, ',')} --> {_time(screen.end, ',')}\n"
        + "".join(
            label(caption.speaker) + "".join(f"{_plain(line)}\n" for line in caption.lines)
            for caption in screen.captions
        )
        for number, screen in enumerate(screens(captions(shown(transcript))), 1)
    ]
    return "\n".join(blocks)


def to_vtt(transcript: Transcript) -> str:
    """WebVTT. No speech gives the header alone, which is a valid file."""
    note = [ESTIMATED_NOTE] if has_estimated_times(transcript.provenance) else []
    blocks = [
        f"{_time(screen.start, '.')} --> {_time(screen.end, '.')}\n"
        + "".join(_voice(caption, screen) for caption in screen.captions)
        for screen in screens(captions(shown(transcript)))
    ]
    return "\n".join(["WEBVTT\n", *note, *blocks])


def _segments(segments: Iterable[Segment]) -> list[dict[str, Any]]:
    return [
        {
            "start": segment.start,
            "end": segment.end,
            "text": segment.text,
            **({} if segment.channel is None else {"channel": segment.channel}),
            "words": [asdict(word) for word in segment.words],
        }
        for segment in segments
    ]


def _voice(caption: Caption, screen: Screen) -> str:
    """A span of one voice that is the whole cue needs no end (https://www.w3.org/TR/webvtt1/)."""
    text = "\n".join(_escape(line) for line in caption.lines)
    if caption.speaker is None:
        return f"{text}\n"
    end = "" if len(screen.captions) == 1 else "</v>"
    return f"<v {name(caption.speaker)}>{text}{end}\n"


def _time(milliseconds: int, point: str) -> str:
    """HH:MM:SS,mmm; the hours grow beyond two digits where they must."""
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{point}{fraction:03}"


def _plain(line: str) -> str:
    """SubRip has no escapes: what players take for tags or times is written with other signs."""
    return line.replace("<", "‹").replace(">", "›").replace("{\\", "(\\")


def _escape(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
