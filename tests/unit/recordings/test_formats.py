"""Transcripts as files: right in the edge cases too."""

import itertools
import json
import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.recordings.captions import LINE_CHARS, MAX_CAPTION_S, Caption
from earshot.recordings.captions import captions as captions_of
from earshot.recordings.formats import to_json, to_srt, to_txt, to_vtt
from earshot.recordings.imported import imported_transcript
from earshot.recordings.screens import screens
from earshot.recordings.shown import shown
from earshot.speech import sentences
from earshot.speech.segments import split
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

PROVENANCE = Provenance("demo", "0" * 16, "onnx-int8", "greedy", "0.1.0")


def transcript(*words: tuple[str, float, float], duration: float = 10.0) -> Transcript:
    spoken = [Word(text, start, end, 0.9) for text, start, end in words]
    return Transcript(split(spoken), duration, PROVENANCE)


def captions(transcript: Transcript) -> list[Caption]:
    return captions_of(shown(transcript))


def written(text: str, word_s: float = 0.3) -> Transcript:
    """What a writer made of the sound: a word every `word_s` seconds, and the listener's own."""
    words = [
        Word(word, round(n * word_s, 3), round((n + 0.9) * word_s, 3), 0.9)
        for n, word in enumerate(text.split())
    ]
    own = [replace(word, text=re.sub("[^A-Z]", "", word.text.upper())) for word in words]
    return Transcript(
        sentences.split(words),
        len(words) * word_s,
        replace(PROVENANCE, writer="moonshine-tiny", writer_fingerprint="1" * 16),
        heard=split(own),
    )


HELLO = transcript(("HELLO", 0.5, 1.0), ("WORLD", 1.1, 1.6), ("AGAIN", 4.0, 4.5))


def test_text_has_a_line_for_each_segment():
    assert to_txt(HELLO) == "Hello world\nAgain\n"


def test_srt_is_numbered_and_writes_a_comma():
    assert to_srt(HELLO) == (
        "1\n00:00:00,500 --> 00:00:01,600\nHello world\n\n2\n00:00:04,000 --> 00:00:04,500\nAgain\n"
    )


def test_vtt_has_its_header_and_writes_a_point():
    assert to_vtt(HELLO) == (
        "WEBVTT\n"
        "\n"
        "00:00:00.500 --> 00:00:01.600\nHello world\n"
        "\n"
        "00:00:04.000 --> 00:00:04.500\nAgain\n"
    )


def test_json_holds_everything():
    whole = json.loads(to_json(HELLO))
    assert whole["text"] == "Hello world Again"
    assert whole["duration"] == 10.0
    assert whole["segments"][0]["words"][1] == {
        "text": "world", "start": 1.1, "end": 1.6, "confidence": 0.9,
    }  # fmt: skip
    assert whole["heard"][0]["words"][1] == {
        "text": "WORLD", "start": 1.1, "end": 1.6, "confidence": 0.9,
    }  # fmt: skip
    assert whole["provenance"]["engine"] == "onnx-int8"
    assert whole["provenance"]["writer"] is None
    assert whole["estimated_times"] is False


def test_json_can_be_read_by_people_too():
    spoken = to_json(transcript(("CAFÉ", 0.5, 1.0)))
    assert "café" in spoken.lower()
    assert len(spoken.splitlines()) > 10


def test_json_holds_what_both_listeners_made():
    whole = json.loads(to_json(written("It's late, Tom. Let's go!")))
    assert [one["text"] for one in whole["segments"]] == ["It's late, Tom.", "Let's go!"]
    assert [one["text"] for one in whole["heard"]] == ["ITS LATE TOM LETS GO"]
    assert whole["provenance"]["writer"] == "moonshine-tiny"
    assert whole["provenance"]["writer_fingerprint"] == "1" * 16


def test_written_text_is_shown_as_it_was_written():
    assert to_txt(written("NASA called. OK?")) == "NASA called.\nOK?\n"
    assert to_txt(written("NASA OK")) == "NASA OK\n", "a writer's capitals are meant"


def test_a_listener_with_small_letters_is_shown_as_it_wrote():
    assert to_txt(transcript(("hello", 0, 1), ("NASA", 1.1, 2))) == "hello NASA\n"


def test_no_form_for_readers_shouts():
    loud = transcript(("I'M", 0, 1), ("HERE", 1.1, 2), ("HÉLÈNE", 4, 5))
    for form in (to_txt, to_srt, to_vtt):
        assert "I'm here" in form(loud)
        assert "Hélène" in form(loud)


def test_an_import_says_that_its_times_are_estimates_and_does_not_shout():
    imported = imported_transcript("MY DEAR WATSON", 3.0, "elsewhere", "0")
    assert to_vtt(imported) == (
        "WEBVTT\n"
        "\n"
        "NOTE The times are estimates: the text was imported without any.\n"
        "\n"
        "00:00:00.000 --> 00:00:03.000\nMy dear watson\n"
    )
    whole = json.loads(to_json(imported))
    assert whole["estimated_times"] is True
    assert whole["heard"] is None, "nobody here heard it"
    assert "NOTE" not in to_vtt(HELLO)


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
        assert all(len(line) <= LINE_CHARS for line in caption.lines)
        assert caption.end - caption.start <= MAX_CAPTION_S * 1000


def test_a_caption_ends_where_a_sentence_ends():
    said = "We came. We saw the harbour, the boats and the old lighthouse. Then we left."
    shown = captions(written(said))
    assert [" ".join(caption.lines) for caption in shown] == [
        "We came.",
        "We saw the harbour, the boats and the old lighthouse.",
        "Then we left.",
    ]
    one = Transcript((Segment(written(said).words),), 9.0, PROVENANCE)
    assert captions(one) == shown, "also within a segment"


def test_a_line_is_broken_after_a_comma_where_both_parts_fit():
    (caption,) = captions(written("When the tide had gone out, we walked over to the island."))
    assert caption.lines == ("When the tide had gone out,", "we walked over to the island.")


def test_a_line_without_marks_is_broken_about_its_middle():
    (caption,) = captions(written("the keeper of the light has been alone for eleven winters now"))
    first, second = caption.lines
    assert abs(len(first) - len(second)) < 8


def test_a_long_sentence_is_cut_after_its_marks():
    said = (
        "In the morning the fishermen bring in cod and herring, and by noon all of it is gone; "
        "what nobody has bought by then goes to the gulls, who never complain about the price."
    )
    shown = captions(written(said))
    assert [caption.lines[-1][-1] for caption in shown] == [",", ",", "."]


def test_subtitles_say_who_speaks_where_channels_were_kept_apart():
    left = Segment((Word("Ready?", 1.0, 2.0, 1.0),), channel=0)
    right = Segment((Word("Yes.", 2.5, 3.0, 1.0),), channel=1)
    both = Transcript((left, right), 4.0, replace(PROVENANCE, writer="moonshine-tiny"))
    assert "\nSpeaker 1: Ready?\n" in to_srt(both)
    assert "\nSpeaker 2: Yes.\n" in to_srt(both)
    assert "\n<v Speaker 1>Ready?\n" in to_vtt(both)
    assert "\n<v Speaker 2>Yes.\n" in to_vtt(both)


def test_a_speakers_name_has_room_in_the_line():
    words = written("a good deal of what was said that day in the harbour office").words
    (caption,) = captions(Transcript((Segment(words, channel=1),), 4.0, PROVENANCE))
    assert len("Speaker 2: " + caption.lines[0]) <= LINE_CHARS


def test_an_hour_of_unmarked_text_is_cut_in_a_moment():
    imported = imported_transcript("word " * 9000, 3600.0, "elsewhere", "0")
    began = time.monotonic()
    shown = captions(imported)
    assert time.monotonic() - began < 5
    assert sum(len(" ".join(caption.lines).split()) for caption in shown) == 9000


def test_a_word_longer_than_a_line_is_not_cut():
    assert captions(transcript(("a" * 100, 0, 1)))[0].lines == ("a" * 100,)


def test_channels_may_speak_at_once():
    left = Segment((Word("YES", 1.0, 2.0, 1.0),), channel=0)
    right = Segment((Word("NO", 1.5, 2.5, 1.0),), channel=1)
    both = Transcript((left, right), 3.0, PROVENANCE)
    assert [(caption.start, caption.end) for caption in captions(both)] == [
        (1000, 2000),
        (1500, 2500),
    ]
    assert [segment["channel"] for segment in json.loads(to_json(both))["segments"]] == [0, 1]


def said_by(channel: int, *said: tuple[str, float, float]) -> list[Segment]:
    return [Segment((Word(text, start, end, 1.0),), channel=channel) for text, start, end in said]


def conversation(*segments: Segment) -> Transcript:
    return Transcript(segments, 60.0, replace(PROVENANCE, writer="moonshine-tiny"))


def test_subtitles_of_people_who_speak_at_once_are_on_one_screen_and_say_who_speaks():
    both = conversation(*said_by(0, ("Yes!", 1.0, 2.0)), *said_by(1, ("No.", 1.5, 2.5)))
    assert to_srt(both) == ("1\n00:00:01,000 --> 00:00:02,500\nSpeaker 1: Yes!\nSpeaker 2: No.\n")
    assert "\n<v Speaker 1>Yes!</v>\n<v Speaker 2>No.</v>\n" in to_vtt(both)


def test_a_caption_that_was_read_ends_where_another_person_begins():
    both = conversation(*said_by(0, ("Yes!", 1.0, 4.0)), *said_by(1, ("No.", 3.0, 5.0)))
    assert "00:00:01,000 --> 00:00:03,000\nSpeaker 1: Yes!" in to_srt(both)
    assert "00:00:03,000 --> 00:00:05,000\nSpeaker 2: No." in to_srt(both)


SAID = st.lists(
    st.tuples(st.floats(0, 60), st.floats(0.01, 20), st.integers(0, 1), st.integers(1, 90)),
    max_size=20,
)


@given(SAID)
def test_screens_never_overlap_and_show_every_caption_once(said):
    words = [
        said_by(channel, ("w" * length, start, start + seconds))[0]
        for start, seconds, channel, length in said
    ]
    captions = captions_of(words)
    shown = screens(captions)
    assert [one for screen in shown for one in screen.captions] == captions
    assert all(screen.start < screen.end for screen in shown)
    assert all(a.end <= b.start for a, b in itertools.pairwise(shown))


@pytest.mark.parametrize("form", [to_srt, to_vtt])
def test_an_imported_word_is_no_time_and_no_tag(form):
    said = imported_transcript(
        "<b>so</b> 00:00:01,000 --> 00:00:02,000 {\\an8}it is", 3.0, "x", "0"
    )
    assert form(said).count("-->") == 1
    assert "<" not in form(said)
    assert "{\\an8}" not in to_srt(said), "which places a caption in some players"


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
