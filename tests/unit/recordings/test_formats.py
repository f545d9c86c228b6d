"""Transcripts as files: right in the edge cases too."""

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.recordings.formats import (
    CAPTION_SECONDS,
    LINE,
    captions,
    to_json,
    to_srt,
    to_txt,
    to_vtt,
)
from earshot.speech.segments import split
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

PROVENANCE = Provenance("demo", "0" * 16, "onnx-int8", "greedy", "0.1.0")


def transcript(*words: tuple[str, float, float], duration: float = 10.0) -> Transcript:
    spoken = [Word(text, start, end, 0.9) for text, start, end in words]
    return Transcript(split(spoken), duration, PROVENANCE)


HELLO = transcript(("HELLO", 0.5, 1.0), ("WORLD", 1.1, 1.6), ("AGAIN", 4.0, 4.5))


def test_text_has_a_line_for_each_segment():
    assert to_txt(HELLO) == "HELLO WORLD\nAGAIN\n"


def test_srt_is_numbered_and_writes_a_comma():
    assert to_srt(HELLO) == (
        "1\n00:00:00,500 --> 00:00:01,600\nHELLO WORLD\n\n2\n00:00:04,000 --> 00:00:04,500\nAGAIN\n"
    )


def test_vtt_has_its_header_and_writes_a_point():
    assert to_vtt(HELLO) == (
        "WEBVTT\n"
        "\n"
        "00:00:00.500 --> 00:00:01.600\nHELLO WORLD\n"
        "\n"
        "00:00:04.000 --> 00:00:04.500\nAGAIN\n"
    )


def test_json_holds_everything():
    whole = json.loads(to_json(HELLO))
    assert whole["text"] == "HELLO WORLD AGAIN"
    assert whole["duration"] == 10.0
    assert whole["segments"][0]["words"][1] == {
        "text": "WORLD", "start": 1.1, "end": 1.6, "confidence": 0.9,
    }  # fmt: skip
    assert whole["provenance"]["engine"] == "onnx-int8"


def test_no_speech_makes_valid_empty_files():
    nothing = transcript()
    assert to_txt(nothing) == ""
    assert to_srt(nothing) == ""
    assert to_vtt(nothing) == "WEBVTT\n"
    assert json.loads(to_json(nothing))["segments"] == []


def test_times_over_an_hour_and_over_a_hundred():
    late = transcript(("LATE", 3_661.25, 3_662.0), ("LATER", 360_000.0, 360_000.5))
    assert "01:01:01,250 --> 01:01:02,000" in to_srt(late)
    assert "100:00:00.000 --> 100:00:00.500" in to_vtt(late)


def test_rounding_never_makes_captions_overlap_or_end_before_they_start():
    rounded = transcript(("A", 0.0, 0.0004), ("B", 0.0004, 0.0005), ("C", 0.9996, 0.99999))
    shown = captions(rounded)
    assert all(caption.start < caption.end for caption in shown)
    assert all(a.end <= b.start for a, b in itertools.pairwise(shown))


def test_a_long_sentence_becomes_several_captions():
    long = transcript(*[(f"WORD{n:02}", n * 0.4, n * 0.4 + 0.3) for n in range(60)])
    shown = captions(long)
    assert len(shown) > 3
    for caption in shown:
        assert len(caption.lines) <= 2
        assert all(len(line) <= LINE for line in caption.lines)
        assert caption.end - caption.start <= CAPTION_SECONDS * 1000


def test_a_word_longer_than_a_line_is_not_cut():
    assert captions(transcript(("A" * 100, 0, 1)))[0].lines == ("A" * 100,)


def test_channels_may_speak_at_once():
    left = Segment((Word("YES", 1.0, 2.0, 1.0),), channel=0)
    right = Segment((Word("NO", 1.5, 2.5, 1.0),), channel=1)
    both = Transcript((left, right), 3.0, PROVENANCE)
    assert [(caption.start, caption.end) for caption in captions(both)] == [
        (1000, 2000),
        (1500, 2500),
    ]
    assert [segment["channel"] for segment in json.loads(to_json(both))["segments"]] == [0, 1]


def test_markup_in_a_word_is_text_in_vtt():
    assert "&lt;b&gt; &amp;" in to_vtt(transcript(("<b>", 0, 1), ("&", 1.1, 2)))


TIMES = st.lists(st.floats(0, 8_000, allow_nan=False), max_size=40)


@given(TIMES)
def test_any_words_make_captions_in_order(times):
    spoken = [(f"W{n}", start, start + 0.2) for n, start in enumerate(sorted(times))]
    shown = captions(transcript(*spoken))
    assert sum(len(" ".join(c.lines).split()) for c in shown) == len(spoken)
    for caption in shown:
        assert caption.start < caption.end
    assert all(a.end <= b.start for a, b in itertools.pairwise(shown))
    stamp = r"\d{2,}:[0-5]\d:[0-5]\d,\d{3}"
    lines = [line for line in to_srt(transcript(*spoken)).splitlines() if "-->" in line]
    assert all(re.fullmatch(f"{stamp} --> {stamp}", line) for line in lines)


@pytest.mark.parametrize("seconds", [0.9999, 59.9999, 3599.9999])
def test_rounding_up_carries_over(seconds):
    shown = to_srt(transcript(("X", seconds, seconds + 1)))
    assert ",1000" not in shown
    assert ":60" not in shown
