"""What becomes of one recording."""

from dataclasses import dataclass
from typing import Self

from earshot.speech.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Heard:
    """What is said in it; `duration` in seconds. Silence is a success with no text.

    `text` is what is shown. `by_listener` is the listener's own text, which a writer made readable;
    empty where it is not known, as from an older API. `incomplete` says what is lost of a damaged
    file; empty of others.
    """

    text: str
    duration: float
    by_listener: str = ""
    incomplete: str = ""

    @classmethod
    def of(cls, said: Transcript) -> Self:
        incomplete = str(said.incomplete) if said.incomplete else ""
        return cls(said.text, said.duration, said.heard_text, incomplete)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why there is no text. A `lasting` one is the file's own: it would come again."""

    code: str
    message: str
    lasting: bool


Outcome = Heard | Fault
