"""The recordings that the fake API speaks of: ordinary ones, and such as break careless pages.

Their sound is made here too: one beep a word, at the word's time, so that a test can tell from the
player's position which word is being heard.
"""

import io
import math
import re
import struct
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from earshot.recordings.ids import recording_id
from earshot.recordings.imported import imported_transcript
from earshot.speech import transcript as speech
from earshot.speech.sentences import split
from earshot.speech.transcript import Provenance, Transcript

SAMPLE_RATE = 8000
MODEL = "earshot-demo"
WRITER = "moonshine-tiny"
FACETS = ("age", "gender", "accent")
UPLOADED = "2025-11-20T09:30:00Z"

Word = list[Any]  # [text, start, end]


def word_in(text: str) -> str:
    """The word without the punctuation that it carries."""
    return re.sub(r"^\W+|\W+$", "", text) or text


@dataclass(frozen=True)
class Spoken:
    """A recording as someone spoke it: each `/` in `said` is a pause of a second.

    What is imported has estimated times, and no sound.
    """

    key: str
    said: str
    age: str | None = None
    gender: str | None = None
    accent: str | None = None
    source: str = "upload"

    @property
    def id(self) -> str:
        return recording_id(self.key)

    @property
    def is_import(self) -> bool:
        return self.source == "import"

    @cached_property
    def timed(self) -> list[Word]:
        """The words at the times at which they are beeped."""
        at, words = 0.4, []
        for text in self.said.split():
            if set(text) == {"/"}:
                at += len(text)
                continue
            length = 0.12 + 0.045 * min(len(text), 14)
            words.append([text, round(at, 2), round(at + length, 2)])
            at += length + 0.06
        return words

    @property
    def words(self) -> list[Word]:
        return [[word.text, word.start, word.end] for word in self.transcript.words]

    def start_of(self, word: str) -> float:
        """When it is said for the first time, in seconds."""
        return next(float(start) for text, start, _ in self.words if word_in(text) == word)

    @cached_property
    def transcript(self) -> Transcript:
        if self.is_import:
            return imported_transcript(self.text, self.duration, MODEL, "0.1.0")
        words = [speech.Word(text, start, end, confidence=0.9) for text, start, end in self.timed]
        by = Provenance(MODEL, "0" * 16, "onnx-int8", "greedy", "0.1.0", WRITER, "1" * 16)
        return Transcript(split(words), self.duration, by)

    @property
    def duration(self) -> float:
        return round((self.timed[-1][2] if self.timed else 1.0) + 0.6, 2)

    @property
    def text(self) -> str:
        return " ".join(text for text, _, _ in self.timed)


STORY = """
The ferryman kept a lantern by the window all winter. // On calm nights the river lay so still
that you could hear the mill a mile away. / My grandmother said, "the water remembers everyone who
crosses it." / I didn't believe her until the flood came in March. // It took the lower orchard and
two of the bridges, and left the church standing in a lake. / We rowed to school for nine days. /
The teacher tied her boat to the bell rope, so every wave rang the hour a little early.
"""
LECTURE = (
    "Glass is sand that has been persuaded. The furnace does the talking, and nobody hurries it. "
)

RECORDINGS: Sequence[Spoken] = (
    Spoken("stories/ferryman.wav", STORY, "sixties", "female", "scotland"),
    Spoken(
        "talks/2024/harbour walk.wav",
        "We followed the river down to the harbour, / and bought two herrings in a paper bag.",
        "thirties",
        "female",
        "england",
    ),
    Spoken(
        "talks/2024/weather.wav",
        "The rivers are rising again, and the road to the north is closed until Friday.",
        "fourties",
        "male",
        "us",
    ),
    Spoken(
        "kitchen.wav",
        "Leave the dough near the stove. / It will quiver when it is ready, / I promise.",
        "twenties",
        "other",
        "wales",
    ),
    Spoken(
        "garden.wav", "We planted lavender along the rivver path in April.", "teens", None, "us"
    ),
    # Awkward ones.
    Spoken(
        "ponds/🦆 + 100% café.wav", "The ducks on the river have opinions.", accent="newzealand"
    ),
    Spoken("odd/../up.wav", "This river has a strange name.", "eighties", "male", "us"),
    Spoken(
        "xss/<b>bold</b>.wav",
        "River <img src=x onerror=window.pwned=1> <script>window.pwned=1</script> &amp; done.",
        "<i>old</i>",
        '"><svg onload=window.pwned=1>',
        "<u>us</u>",
    ),
    Spoken("long/" + "n" * 180 + ".wav", "River " + "a" * 400 + " end."),
    Spoken("imported.mp3", "An imported text about the river, without any times.", source="import"),
    Spoken("archive/lecture.mp3", LECTURE * 60, source="import"),
    Spoken("silence.wav", ""),
    *(
        Spoken(
            f"clips/clip-{n:02d}.wav",
            f"Clip number {n} also mentions the river, in passing.",
            ("twenties", "thirties", "fifties")[n % 3],
            ("male", "female")[n % 2],
            ("us", "england", "indian", "australia")[n % 4],
        )
        for n in range(1, 19)
    ),
)  # fmt: skip

BY_ID = {spoken.id: spoken for spoken in RECORDINGS}
BY_KEY = {spoken.key: spoken for spoken in RECORDINGS}


@cache
def wav(spoken: Spoken) -> bytes:
    """The recording's sound: 16-bit mono WAV with a beep for each word."""
    samples = [0] * int(spoken.duration * SAMPLE_RATE)
    for n, (_, start, end) in enumerate(spoken.words):
        pitch = 330 + 55 * (n % 8)
        for i in range(int(start * SAMPLE_RATE), int(end * SAMPLE_RATE)):
            samples[i] = int(9000 * math.sin(2 * math.pi * pitch * i / SAMPLE_RATE))
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return out.getvalue()
