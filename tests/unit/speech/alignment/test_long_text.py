"""Texts of any length on their sound: each word at its time, cuts or not."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.speech import ctc
from earshot.speech.alignment import long_text
from earshot.speech.alignment.align import align
from earshot.speech.alignment.listening import Listened, listen
from earshot.speech.alignment.long_text import align_text
from earshot.speech.model import SpeechModel
from earshot.speech.vocabulary import Vocabulary
from tests.shared_data import SHARED
from tests.unit.speech.models import SAMPLES

pytestmark = pytest.mark.slow("an hour of text")

LONG_FORM = SHARED / "long_form" / "cv_concat_05min.mp3"
TOKENS = ("<pad>", "|", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ'")
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=1)
FRAME_S = 0.02
CHANCE = np.random.default_rng(1)
LEXICON = ["".join(CHANCE.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), CHANCE.integers(2, 9)))
           for _ in range(400)]  # fmt: skip


def said(words: Sequence[str], pause_frames: int = 2, sure: float = 0.98) -> tuple[Listened, list]:
    """What is heard of `words`, three frames a letter, and where each word begins and ends."""
    tokens: list[int] = []
    places: list[tuple[float, float]] = []
    for word in words:
        tokens += [0] * pause_frames + [1]
        begin = len(tokens)
        for letter in word:
            tokens += [TOKENS.index(letter)] * 2 + [0]
        places.append((begin * FRAME_S, (len(tokens) - 1) * FRAME_S))
    emission = np.full((len(tokens), len(TOKENS)), np.log((1 - sure) / (len(TOKENS) - 1)))
    emission[np.arange(len(tokens)), tokens] = np.log(sure)
    return heard_in(emission.astype(np.float16)), places


def heard_in(emission: np.ndarray) -> Listened:
    words = ctc.words(ctc.best_path(emission.astype(np.float32)), VOCABULARY, FRAME_S)
    return Listened(emission, words, VOCABULARY, FRAME_S, len(emission) * FRAME_S)


def talk(words: int, seed: int) -> list[str]:
    chance = np.random.default_rng(seed)
    return [LEXICON[at] for at in chance.integers(0, len(LEXICON), words)]


def test_every_word_of_an_hour_has_its_time() -> None:
    words = talk(8_000, 2)
    listened, places = said(words)
    assert listened.duration > 2_400
    spans = align_text([word.lower() for word in words], listened)
    assert all(spans)
    found = np.array([(span.start, span.end) for span in spans if span])
    assert np.abs(found - np.array(places)).max() < 1e-3


def test_a_text_that_was_heard_half_wrong_lies_where_it_was_said() -> None:
    words = talk(2_000, 3)
    chance = np.random.default_rng(4)
    misheard = [LEXICON[chance.integers(400)] if chance.random() < 0.5 else word for word in words]
    listened, places = said(misheard)
    spans = align_text(words, listened)
    right = [at for at, word in enumerate(words) if misheard[at] == word]
    off = [abs(span.start - places[at][0]) for at in right if (span := spans[at])]
    assert len(off) > 0.8 * len(right)  # amid words that were not said, one may stand alone
    assert np.mean(np.array(off) <= 0.3) > 0.97


def test_what_one_side_alone_has_moves_nothing_else() -> None:
    first, unwritten, second, unsaid, third = (talk(300, seed) for seed in range(5, 10))
    listened, places = said([*first, *unwritten, *second, *third])
    spans = align_text([*first, *second, *unsaid, *third], listened)
    inside = [*places[:300], *places[600:900]]
    found = [*spans[:300], *spans[300:600]]
    close = [
        span is not None and abs(span.start - place[0]) < 0.1
        for span, place in zip(found, inside, strict=True)
    ]
    assert np.mean(close) > 0.97
    off_the_seam = zip(spans[930:], places[930:], strict=True)
    assert all(span and abs(span.start - place[0]) < 0.1 for span, place in off_the_seam)


def test_another_recordings_text_is_not_found() -> None:
    listened, _ = said(talk(500, 11))
    other = ["".join(reversed(word)) for word in talk(500, 12)]
    found = [span for span in align_text(other, listened) if span]
    assert len(found) < 0.3 * 500


def test_no_piece_is_larger_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    largest = 0

    def watched(words: Sequence[str], emission: np.ndarray, vocabulary: Vocabulary) -> object:
        nonlocal largest
        largest = max(largest, len(emission) * (2 * sum(map(len, words)) + 1))
        return align(words, emission, vocabulary)

    monkeypatch.setattr(long_text, "align", watched)
    monkeypatch.setattr(long_text, "MAX_CELLS", 3_000_000)
    words = talk(3_000, 13)
    listened, _ = said(words)
    assert all(align_text(words, listened))
    nothing_heard = replace(listened, words=())
    assert not any(align_text(words, nothing_heard))
    assert 0 < largest <= 3_000_000


def test_numbers_are_found_as_they_are_spoken() -> None:
    before, after = talk(400, 14), talk(400, 15)
    listened, places = said([*before, "NINETEEN", "EIGHTY", "FOUR", *after])
    spans = align_text([*before, "1984", "—", *after], listened)
    assert spans[400] is not None and spans[401] is None
    assert spans[400].start == pytest.approx(places[400][0], abs=0.05)
    assert spans[400].end == pytest.approx(places[402][1], abs=0.05)
    assert spans[402] is not None
    assert spans[402].start == pytest.approx(places[403][0], abs=0.05)


def test_nothing_lies_on_nothing() -> None:
    listened, _ = said(["WORD"])
    assert align_text([], listened) == []
    silence = replace(listened, emission=listened.emission[:0], words=())
    assert align_text(["word"], silence) == [None]


def test_what_is_listened_to_has_a_frame_for_every_hop(demo: SpeechModel) -> None:
    waveform = decode(SAMPLES / "morning-bread.mp3").waveform
    waveform = waveform[:, 0] if waveform.ndim == 2 else waveform
    blocks = [waveform, np.zeros(20 * SAMPLE_RATE, np.float32), waveform]
    listened = listen(blocks, demo)
    assert listened.duration == pytest.approx(len(waveform) * 2 / SAMPLE_RATE + 20, abs=0.01)
    assert len(listened.emission) == pytest.approx(listened.duration / listened.frame_s, abs=2)
    assert listened.emission.dtype == np.float16
    again = len(waveform) / SAMPLE_RATE + 20
    first = {word.text: word.start for word in listened.words if word.start < again - 20}
    second = {word.text: word.start - again for word in listened.words if word.start >= again - 1}
    same = first.keys() & second.keys()
    assert len(same) > 10
    assert np.median([abs(first[one] - second[one]) for one in same]) < 0.05


@pytest.mark.skipif(not LONG_FORM.is_file(), reason="the joined clips are not on this machine")
def test_words_of_joined_clips_lie_inside_their_clip(demo: SpeechModel) -> None:
    clips = json.loads((LONG_FORM.parent / f"{LONG_FORM.name}.segments.json").read_text())
    waveform = decode(LONG_FORM).waveform
    listened = listen([waveform], demo)
    of = [(word, clip) for clip in clips for word in clip["text"].split()]
    spans = align_text([word for word, _ in of], listened)
    inside = [
        span is not None and clip["start"] - 0.3 <= span.start and span.end <= clip["end"] + 0.3
        for span, (_, clip) in zip(spans, of, strict=True)
    ]
    assert np.mean(inside) >= 0.95
