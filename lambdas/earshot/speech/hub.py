"""Downloads models from the Hugging Face hub: only the needed files, resumed and checked."""

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from earshot.errors import ModelError
from earshot.speech.acoustics import read_acoustics
from earshot.speech.files import SETTINGS_FILES, WEIGHTS_SUFFIX


def fetch(
    name: str,
    revision: str | None,
    weights: Sequence[str],
    settings: Sequence[str] = SETTINGS_FILES,
    check: Callable[[Path], object] = read_acoustics,
) -> tuple[Path, str | None]:
    """The local folder of hub model `name`, and the first of `weights` that it has (or None).

    `check` refuses other kinds of models by their `settings`, before weights are downloaded. Files
    that are in the cache are not downloaded again. A complete pinned revision (a commit's full
    hash) needs no network. Interrupted downloads are resumed. Raises ModelError.
    """
    try:
        folder = _snapshot(name, revision, settings)
        check(folder)
        held = [choice for choice in weights if (folder / choice).exists()]
        if held and held[0] == weights[0]:
            return folder, held[0]
        try:
            listed = set(HfApi(endpoint=_endpoint()).list_repo_files(name, revision=folder.name))
        except (httpx2.TransportError, OfflineModeIsEnabled):
            if not held:
                raise
            return folder, held[0]
        chosen = next((choice for choice in weights if choice in listed), None)
        if chosen is not None and chosen not in held:
            _snapshot(name, folder.name, (chosen, chosen + WEIGHTS_SUFFIX))
    except GatedRepoError as error:
        raise ModelError(f"{name} requires accepting its licence on the hub first.") from error
    except RepositoryNotFoundError as error:
        raise ModelError(f"There is no model folder and no hub model named {name!r}.") from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{name} has no revision {revision!r}.") from error
    except HFValidationError as error:
        raise ModelError(f"{name!r} is neither a folder nor a hub id.") from error
    except (LocalEntryNotFoundError, httpx2.HTTPError, OSError) as error:
        raise ModelError(
            f"{name} is not on this machine, and fetching it from the hub failed. "
            "Try again: downloaded files are kept."
        ) from error
    return folder, chosen


def cache() -> Path:
    """The folder of hub models that were exported to ONNX on this machine."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "earshot" / "models"


def _snapshot(name: str, revision: str | None, files: Sequence[str]) -> Path:
    folder = Path(
        snapshot_download(name, revision=revision, allow_patterns=list(files), endpoint=_endpoint())
    )
    for file in files:
        if (folder / file).exists():
            _check(folder / file)
    return folder


def _endpoint() -> str | None:
    """The hub's URL. huggingface_hub only reads HF_ENDPOINT once, when it is imported."""
    return os.environ.get("HF_ENDPOINT")


def _check(path: Path) -> None:
    """Compares a downloaded file with its hash; huggingface_hub compares sizes only.

    The cache names a file by the hash that the hub gave: SHA-256, or git's for small files. If it
    differs, the file is deleted and ModelError raised.
    """
    blob = path.resolve()
    if re.fullmatch(r"[0-9a-f]{64}", blob.name):
        with blob.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    elif re.fullmatch(r"[0-9a-f]{40}", blob.name):
        content = blob.read_bytes()
        head = f"blob {len(content)}\0".encode()
        actual = hashlib.sha1(head + content, usedforsecurity=False).hexdigest()
    else:
        return  # a cache without symbolic links has no hashes
    if actual != blob.name:
        path.unlink()
        blob.unlink(missing_ok=True)
        raise ModelError(
            f"The download of {path.name} is damaged: its hash differs from the hub's. Try again."
        )
