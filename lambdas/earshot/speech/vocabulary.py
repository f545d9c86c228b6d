"""The characters that a model outputs, read from its tokenizer's files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earshot.errors import ModelError
from earshot.speech.files import read_json


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`tokens[i]` is the token of the model's output i.

    `blank` is the output for CTC's blank, `delimiter` the one for a space between words.
    `lower_case`: words are written in lower case.
    """

    tokens: tuple[str, ...]
    blank: int
    delimiter: int
    lower_case: bool = False


def read_vocabulary(folder: Path) -> Vocabulary:
    """Reads vocab.json and tokenizer_config.json, files of transformers' Wav2Vec2CTCTokenizer.

    Raises ModelError if vocab.json is missing or of another tokenizer.
    """
    ids = read_json(folder / "vocab.json")
    settings_file = folder / "tokenizer_config.json"
    settings = read_json(settings_file) if settings_file.exists() else {}
    if not ids or not all(isinstance(index, int) for index in ids.values()):
        raise ModelError("vocab.json does not map characters to numbers: not a plain CTC model.")
    # Added tokens may be in tokenizer_config.json only.
    added = settings.get("added_tokens_decoder", {})
    taken = set(ids.values())
    ids |= {one["content"]: int(index) for index, one in added.items() if int(index) not in taken}
    # A head may have more outputs than there are tokens. The others are unknown tokens.
    width = read_json(folder / "config.json").get("vocab_size") or 0
    tokens = [_content(settings.get("unk_token", "<unk>"))] * max(width, max(ids.values()) + 1)
    for token, index in ids.items():
        tokens[index] = token
    return Vocabulary(
        tokens=tuple(tokens),
        blank=_id(ids, settings, "pad_token", "<pad>"),
        delimiter=_id(ids, settings, "word_delimiter_token", "|"),
        lower_case=bool(settings.get("do_lower_case", False)),
    )


def _id(ids: dict[str, int], settings: dict[str, Any], name: str, default: str) -> int:
    token = _content(settings.get(name, default))
    if token not in ids:
        raise ModelError(f"vocab.json lacks the tokenizer's {name} ({token!r}).")
    return ids[token]


def _content(token: Any) -> Any:
    return token.get("content") if isinstance(token, dict) else token  # an AddedToken as JSON
