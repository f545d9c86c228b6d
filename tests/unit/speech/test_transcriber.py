"""From waveforms to transcripts with the bundled model."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.recognise import transcribe_file
from tests.unit.speech.models import SAMPLES


@pytest.fixture(scope="module")
def speech() -> list[np.ndarray]:
    paths = sorted(SAMPLES.glob("*.mp3"))[:6]
    return [decode(path).waveform[: 8 * SAMPLE_RATE] for path in paths]


def test_a_sentence_becomes_words_with_times(transcriber, speech):
    transcript = transcriber.transcribe(speech[0])
    assert transcript.duration == pytest.approx(len(speech[0]) / SAMPLE_RATE, abs=1e-3)
    assert len(transcript.words) > 3
    assert transcript.text == " ".join(word.text for word in transcript.words)
    for word in transcript.words:
        assert 0 <= word.start < word.end <= transcript.duration
        assert 0 < word.confidence <= 1


def test_a_transcript_has_the_provenance_of_its_model(transcriber, speech):
    provenance = transcriber.transcribe(speech[0]).provenance
    assert provenance.model == "demo"
    assert provenance.engine.startswith("onnx-")
    assert provenance.decoder == "beam-bigram"
    assert len(provenance.fingerprint) == 16


def test_a_transcript_does_not_depend_on_its_neighbours(transcriber, speech):
    mixed = [speech[0], speech[1][:20_000], speech[2][:3_000], speech[3], speech[1]]
    together = transcriber.transcribe_many(mixed)
    assert together == [transcriber.transcribe(waveform) for waveform in mixed]
    assert transcriber.transcribe_many(mixed[::-1]) == together[::-1]


def test_threads_do_not_disturb_each_other(transcriber, speech):
    alone = [transcriber.transcribe(waveform) for waveform in speech]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(transcriber.transcribe, speech)) == alone


@pytest.mark.parametrize("samples", [0, 1, 399, 400, 401, 16_000])
def test_no_speech_is_a_success_with_empty_text(transcriber, samples):
    transcript = transcriber.transcribe(np.zeros(samples, np.float32))
    assert transcript.text == ""
    assert transcript.segments == ()
    assert transcript.duration == pytest.approx(samples / SAMPLE_RATE, abs=1e-3)


@pytest.mark.parametrize("samples", [1, 399, 400, 719, 720])
def test_a_very_short_sound_is_transcribed_without_error(transcriber, samples):
    transcriber.transcribe(np.full(samples, 0.5, np.float32))


@pytest.mark.slow("the real model listens to the samples four times")
def test_blocks_make_the_same_transcript_as_the_whole(transcriber, speech):
    recording = np.concatenate([*speech, *speech])
    blocks = [recording[at : at + 50_000] for at in range(0, len(recording), 50_000)]
    assert transcriber.transcribe_stream(blocks) == transcriber.transcribe(recording)


def test_a_file_gives_the_transcript_of_its_sound(transcriber):
    path = SAMPLES / "chess-in-the-park.mp3"
    assert transcribe_file(path, transcriber) == transcriber.transcribe(decode(path).waveform)
