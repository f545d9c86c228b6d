"""The language that the model here speaks, and whether a request's `language` is that one."""

from typing import ClassVar

from earshot.errors import InvalidRequest

# As OpenAI's API names them; other codes stand for themselves.
_NAMES = {
    "ar": "arabic", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fa": "persian", "fi": "finnish", "fr": "french", "hi": "hindi",
    "hu": "hungarian", "it": "italian", "ja": "japanese", "ko": "korean", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ru": "russian", "sv": "swedish",
    "tr": "turkish", "uk": "ukrainian", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip
_ANY = ("", "auto", "und", "none", "null")  # what clients send that leave the choice to the server


class UnsupportedLanguage(InvalidRequest):
    """The model speaks another language than the one that is asked for."""

    code: ClassVar[str] = "unsupported_language"
    param: ClassVar[str] = "language"


def name(code: str) -> str:
    """`english` for `en`: what OpenAI's clients are told."""
    return _NAMES.get(code, code)


def check(asked: str | None, spoken: str) -> None:
    """Raise UnsupportedLanguage unless `asked` is the `spoken` one (ISO 639-1) or leaves it open.

    A region (`en-GB`, `en_US`) and a name (`English`) are understood.
    """
    wanted = (asked or "").strip().lower()
    language = wanted.replace("_", "-").partition("-")[0]
    if wanted not in _ANY and language not in (spoken, name(spoken)):
        raise UnsupportedLanguage(f"The model here speaks {name(spoken).capitalize()} only.")
