"""The recordings that the fake API speaks of: ordinary ones, and such as break careless pages.

Their sound is made here too: one beep a word, at the word's time, so that a test can tell from the
player's position which word is being heard.
"""

import io
import math
import struct
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from earshot.recordings.ids import recording_id
from earshot.speech import transcript as speech
from earshot.speech.transcript import Provenance, Segment, Transcript

SAMPLE_RATE = 8000
MODEL = "earshot-demo"

Word = list[Any]  # [text, start, end]


@dataclass(frozen=True)
class Spoken:
    """A recording as someone spoke it; a `/` in `said` is a pause of a second."""

    key: str
    said: str
    age: str | None = None
    gender: str | None = None
    accent: str | None = None
    source: str = "upload"
    timed: bool = True

    @property
    def id(self) -> str:
        return recording_id(self.key)

    @property
    def words(self) -> list[Word]:
        at, words = 0.4, []
        for text in self.said.split():
            if text == "/":
                at += 1.0
                continue
            length = 0.12 + 0.045 * min(len(text), 14)
            words.append([text, round(at, 2), round(at + length, 2)])
            at += length + 0.06
        return words

    @property
    def transcript(self) -> Transcript:
        segments: list[list[speech.Word]] = []
        for text, start, end in self.words:
            if not segments or start - segments[-1][-1].end > 0.5:
                segments.append([])
            segments[-1].append(speech.Word(text, start, end, confidence=0.9))
        by = Provenance(MODEL, "0" * 16, "onnx-int8", "greedy", "0.1.0")
        return Transcript(tuple(Segment(tuple(words)) for words in segments), self.duration, by)

    @property
    def duration(self) -> float:
        return round((self.words[-1][2] if self.words else 1.0) + 0.6, 2)

    @property
    def text(self) -> str:
        return " ".join(word[0] for word in self.words)


STORY = """
THE FERRYMAN KEPT A LANTERN BY THE WINDOW ALL WINTER / ON CALM NIGHTS THE RIVER LAY SO STILL THAT
YOU COULD HEAR THE MILL A MILE AWAY / MY GRANDMOTHER SAID THE WATER REMEMBERS EVERYONE WHO CROSSES
IT / I DIDN'T BELIEVE HER UNTIL THE FLOOD CAME IN MARCH / IT TOOK THE LOWER ORCHARD AND TWO OF THE
BRIDGES AND LEFT THE CHURCH STANDING IN A LAKE / WE ROWED TO SCHOOL FOR NINE DAYS / THE TEACHER TIED
HER BOAT TO THE BELL ROPE SO EVERY WAVE RANG THE HOUR A LITTLE EARLY
"""

RECORDINGS: Sequence[Spoken] = (
    Spoken("stories/ferryman.wav", STORY, "sixties", "female", "scotland"),
    Spoken(
        "talks/2024/harbour walk.wav",
        "WE FOLLOWED THE RIVER DOWN TO THE HARBOUR / AND BOUGHT TWO HERRINGS IN A PAPER BAG",
        "thirties",
        "female",
        "england",
    ),
    Spoken(
        "talks/2024/weather.wav",
        "THE RIVERS ARE RISING AGAIN AND THE ROAD TO THE NORTH IS CLOSED UNTIL FRIDAY",
        "fourties",
        "male",
        "us",
    ),
    Spoken(
        "kitchen.wav",
        "LEAVE THE DOUGH NEAR THE STOVE / IT WILL QUIVER WHEN IT IS READY / I PROMISE",
        "twenties",
        "other",
        "newzealand",
    ),
    Spoken("garden.wav", "WE PLANTED LAVENDER ALONG THE RIVVER PATH IN APRIL", "teens", None, "us"),
    # Awkward ones.
    Spoken("ponds/🦆 + 100% café.wav", "THE DUCKS ON THE RIVER HAVE OPINIONS"),
    Spoken("odd/../up.wav", "THIS RIVER HAS A STRANGE NAME", "eighties", "male", "us"),
    Spoken(
        "xss/<b>bold</b>.wav",
        "RIVER <img src=x onerror=window.pwned=1> <script>window.pwned=1</script> &amp; DONE",
        "<i>old</i>",
        '"><svg onload=window.pwned=1>',
        "<u>us</u>",
    ),
    Spoken("long/" + "n" * 180 + ".wav", "RIVER " + "A" * 400 + " END"),
    Spoken(
        "imported.mp3", "an imported text about the river without any times", source="import",
        timed=False,
    ),
    Spoken("silence.wav", ""),
    *(
        Spoken(
            f"clips/clip-{n:02d}.wav",
            f"CLIP NUMBER {n} ALSO MENTIONS THE RIVER IN PASSING",
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
