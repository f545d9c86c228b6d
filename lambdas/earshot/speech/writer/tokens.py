"""From the tokens of a SentencePiece vocabulary to words."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earshot.errors import ModelError
from earshot.speech.files import read_json
from earshot.speech.writer.files import TOKENIZER_FILE, TOKENS_FILE
from earshot.speech.writer.written import WrittenWord

SPACE = "\N{LOWER ONE EIGHTH BLOCK}"  # SentencePiece's mark of a space
BYTE = re.compile(r"<0x([0-9A-F]{2})>")  # a token of one byte, where no other token fits
SPECIAL = re.compile(r"<unk>|</?s>|<pad>|<<ST_\d+>>")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What each token stands for, as bytes of UTF-8; special ones stand for nothing."""

    pieces: tuple[bytes, ...]

    def words(self, tokens: Sequence[int], log_probabilities: Sequence[float]) -> list[WrittenWord]:
        """Both of the same length. A word ends where a space is written."""
        found: list[tuple[bytes, float]] = [(b"", 0.0)]
        for token, probability in zip(tokens, log_probabilities, strict=True):
            first, *others = self.pieces[token].split(b" ")
            if first:
                before, lowest = found[-1]
                found[-1] = (before + first, min(lowest, probability))
            found += [(part, probability) for part in others]
        decoded = ((part.decode("utf-8", "ignore").strip(), lowest) for part, lowest in found)
        return [WrittenWord(text, math.exp(lowest)) for text, lowest in decoded if text]


def read_tokens(folder: Path) -> Tokens:
    """Of a vocab.json (token: number), or of a tokenizer.json as transformers writes it.

    Raises ModelError.
    """
    if (folder / TOKENS_FILE).exists():
        numbers = read_json(folder / TOKENS_FILE)
    else:
        numbers = _of_tokenizer(read_json(folder / TOKENIZER_FILE))
    if sorted(numbers.values(), key=str) != sorted(range(len(numbers)), key=str):
        raise ModelError(f"The tokens in the writer's {TOKENS_FILE} are not numbered from 0 on.")
    return Tokens(tuple(_piece(text) for text in sorted(numbers, key=lambda text: numbers[text])))


def write_tokens(folder: Path, out: Path) -> None:
    """The vocabulary of a transformers folder as a vocab.json, which is all that reading needs."""
    numbers = _of_tokenizer(read_json(folder / TOKENIZER_FILE))
    ordered = dict(sorted(numbers.items(), key=lambda item: item[1]))
    (out / TOKENS_FILE).write_text(json.dumps(ordered, ensure_ascii=False, indent=0), "utf-8")


def _of_tokenizer(tokenizer: dict[str, Any]) -> dict[str, int]:
    try:
        numbers: dict[str, int] = dict(tokenizer["model"]["vocab"])
        return numbers | {token["content"]: token["id"] for token in tokenizer["added_tokens"]}
    except (KeyError, TypeError, ValueError):
        raise ModelError(f"The writer's {TOKENIZER_FILE} holds no vocabulary of pieces.") from None


def _piece(text: str) -> bytes:
    if SPECIAL.fullmatch(text):
        return b""
    if byte := BYTE.fullmatch(text):
        return bytes([int(byte[1], 16)])
    return text.replace(SPACE, " ").encode()
