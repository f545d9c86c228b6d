"""Which models the local stack runs: bundled ones, folders of the user's, or hub ids."""

from collections.abc import Callable
from pathlib import Path

from earshot.bundled import model_folder

Say = Callable[[str], None]


def model_source(asked: str | None, say: Say) -> str:
    """The bundled model, a folder of the user's, or a hub id that is on this machine by then.

    Raises ModelError when the hub can't be reached or has no such model.
    """
    if asked is None:
        return str(model_folder("demo"))
    if Path(asked).is_dir():
        return str(Path(asked).resolve())
    from earshot.speech.model import load

    say(f"Fetching {asked}; the first time takes minutes …")
    load(asked)
    return asked


def writer_source(asked: str | None, say: Say) -> str:
    """The folder of the bundled writer, or as `model_source`; or "none". Raises ModelError."""
    from earshot.speech.writer.model import BUNDLED, NONE, located, open_writer

    source = located(asked or BUNDLED)
    if source == NONE:
        return source
    if Path(source).is_dir():
        return str(Path(source).resolve())
    say(f"Fetching {source} …")
    open_writer(source)
    return source
