"""The listener and the writer together: readable text, every word timed, none invented."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import jiwer
import numpy as np
import pytest
import soundfile

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import ModelError
from earshot.speech.model import SpeechModel
from earshot.speech.recognise import transcribe_file, transcribe_files
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript
from earshot.speech.writer.model import open_writer
from earshot.speech.writer.written import Writer, Written, WrittenWord
from tests.unit.speech.models import SAMPLES

pytestmark = pytest.mark.slow("both models listen to the samples")

TITLES = ("morning-bread", "chess-in-the-park", "harbour-forecast", "museum-whale", "radio-news")
PATHS = [path for path in sorted(SAMPLES.glob("*.mp3")) if path.stem in TITLES]


class Inventor:
    """A writer that always writes the same, whatever it hears."""

    name, fingerprint, engine = "inventor", "f" * 16, "none"

    def __init__(self, text: str) -> None:
        self.text = text

    def write(self, waveform: np.ndarray) -> Written:
        return Written(tuple(WrittenWord(word, 0.99) for word in self.text.split()))

    def write_many(self, waveforms: Sequence[np.ndarray]) -> list[Written]:
        return [self.write(waveform) for waveform in waveforms]


@pytest.fixture(scope="module")
def writer() -> Writer:
    found = open_writer("moonshine-tiny")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def both(demo: SpeechModel, writer: Writer) -> Transcriber:
    return Transcriber(demo, writer=writer)


@pytest.fixture(scope="module")
def transcripts(both: Transcriber) -> list[Transcript]:
    return [transcribe_file(path, both) for path in PATHS]


def plain(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]+", " ", text.lower().replace("-", " ")).split()


def references() -> dict[str, str]:
    with (SAMPLES / "manifest.csv").open(newline="") as file:
        return {Path(row["filename"]).stem: row["text"] for row in csv.DictReader(file)}


def test_what_is_shown_reads_as_sentences(transcripts: list[Transcript]) -> None:
    shown = [segment.text for one in transcripts for segment in one.segments]
    assert len(shown) >= len(PATHS)
    finished = [text for text in shown if text[0].isupper() and text[-1] in ".?!"]
    assert len(finished) >= 0.85 * len(shown), shown


def test_what_the_listener_heard_is_kept_beside_it_unchanged(
    demo: SpeechModel, transcripts: list[Transcript]
) -> None:
    alone = Transcriber(demo)
    for path, transcript in zip(PATHS, transcripts, strict=True):
        by_itself = transcribe_file(path, alone)
        assert by_itself.heard is None
        assert transcript.heard == by_itself.segments
        assert transcript.heard_text == by_itself.text
        assert transcript.letters == by_itself.letters is not None


def test_every_shown_word_is_timed_in_order_within_the_recording(
    transcripts: list[Transcript],
) -> None:
    for transcript in transcripts:
        words = transcript.words
        assert words
        assert all(0 <= word.start < word.end <= transcript.duration for word in words)
        assert all(0 < word.confidence <= 1 for word in words)
        starts = [word.start for word in words]
        assert starts == sorted(starts)


def test_a_word_that_both_heard_starts_where_the_listener_heard_it(
    transcripts: list[Transcript],
) -> None:
    offsets = []
    for transcript in transcripts:
        heard = {
            (word.text.lower(), round(word.start, 1)): word.start
            for segment in transcript.heard or ()
            for word in segment.words
        }
        for word in transcript.words:
            key = (" ".join(plain(word.text)), round(word.start, 1))
            if key in heard:
                offsets.append(abs(heard[key] - word.start))
    assert len(offsets) > 40
    assert np.median(offsets) <= 0.01
    assert np.percentile(offsets, 95) <= 0.05


def test_the_two_together_hear_no_worse_than_the_listener(transcripts: list[Transcript]) -> None:
    texts = references()

    def wrong(said: list[str], written: list[str]) -> int:
        found = jiwer.process_words(" ".join(said), " ".join(written) or "x")
        return int(found.substitutions + found.deletions + found.insertions)

    shown = heard = 0
    for path, transcript in zip(PATHS, transcripts, strict=True):
        said = plain(texts[path.stem])
        shown += wrong(said, plain(transcript.text))
        heard += wrong(said, plain(transcript.heard_text))
    assert shown <= heard


def test_a_transcript_does_not_depend_on_what_shared_its_batch(
    both: Transcriber, transcripts: list[Transcript]
) -> None:
    together = [result for _, result in transcribe_files(PATHS, both, batch=3)]
    assert together == transcripts


def test_invented_words_are_not_shown_over_silence_noise_or_tones(demo: SpeechModel) -> None:
    rng = np.random.default_rng(1)
    seconds = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    sounds = {
        "silence": np.zeros_like(seconds),
        "noise": 0.05 * rng.standard_normal(len(seconds)),
        "hum": 0.2 * np.sin(2 * np.pi * 50 * seconds),
        "tone": 0.2 * np.sin(2 * np.pi * 440 * seconds),
    }
    inventive = Transcriber(demo, writer=Inventor("Thank you for watching. Please subscribe."))
    for name, sound in sounds.items():
        transcript = inventive.transcribe(sound.astype(np.float32))
        assert "thank" not in transcript.text.lower(), name
        assert "subscribe" not in transcript.text.lower(), name


def test_where_the_writer_invents_the_listener_s_words_are_shown_readably(
    demo: SpeechModel,
) -> None:
    inventive = Transcriber(demo, writer=Inventor("Thank you for watching. Please subscribe."))
    transcript = transcribe_file(PATHS[0], inventive)
    assert plain(transcript.text) == plain(transcript.heard_text)
    assert transcript.text != transcript.heard_text
    assert not any(word.text.isupper() and len(word.text) > 1 for word in transcript.words)


def test_in_a_long_recording_no_word_is_shown_twice_or_lost_at_a_cut(
    both: Transcriber, transcripts: list[Transcript]
) -> None:
    gap = np.zeros(SAMPLE_RATE // 2, np.float32)
    sounds = [decode(path).waveform for path in PATHS]
    recording = np.concatenate([part for sound in sounds for part in (sound, gap)])
    assert len(recording) > 40 * SAMPLE_RATE, "several windows"
    blocks = [recording[at : at + 30_000] for at in range(0, len(recording), 30_000)]
    whole = both.transcribe_stream(blocks)
    assert whole == both.transcribe(recording)
    apart = [word for one in transcripts for word in plain(one.text)]
    joined = plain(whole.text)
    assert abs(len(joined) - len(apart)) <= 0.05 * len(apart)
    start = 0.0
    for sound, alone in zip(sounds, transcripts, strict=True):
        end = start + len(sound) / SAMPLE_RATE
        inside = [word for word in whole.words if start - 0.1 <= word.start <= end + 0.1]
        assert abs(len(inside) - len(alone.words)) <= 0.1 * len(alone.words) + 1
        start = end + 0.5


def test_sides_of_a_stereo_file_are_written_apart(both: Transcriber, tmp_path: Path) -> None:
    left, right = (decode(path).waveform[: 6 * SAMPLE_RATE] for path in PATHS[:2])
    file = tmp_path / "call.wav"
    soundfile.write(file, np.stack([left, right], axis=1), SAMPLE_RATE)
    transcript = transcribe_file(file, both, split_channels=True)
    assert {segment.channel for segment in transcript.segments} == {0, 1}
    assert {segment.channel for segment in transcript.heard or ()} == {0, 1}
    assert transcript.letters is None


def test_provenance_names_both_models(both: Transcriber, writer: Writer) -> None:
    provenance = both.provenance
    assert (provenance.model, provenance.writer) == ("demo", "moonshine-tiny")
    assert provenance.writer_fingerprint == writer.fingerprint
    assert provenance.weights == f"{provenance.fingerprint}+{writer.fingerprint}"


def test_no_writer_is_a_choice_and_an_unknown_one_an_error(demo: SpeechModel) -> None:
    assert open_writer("none") is None
    assert Transcriber(demo).provenance.weights == demo.fingerprint
    with pytest.raises(ModelError):
        open_writer("/nowhere/at-all")
