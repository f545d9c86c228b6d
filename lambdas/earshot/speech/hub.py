"""Models from the Hugging Face hub: only the files that are needed, pinned, resumed, checked."""

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
from earshot.speech.files import BESIDE, SETTINGS_FILES


def fetch(
    name: str,
    revision: str | None,
    weights: Sequence[str],
    settings: Sequence[str] = SETTINGS_FILES,
    check: Callable[[Path], object] = read_acoustics,
) -> tuple[Path, str | None]:
    """The local folder of hub model `name`, and which of `weights` it holds: the first there is.

    `check` refuses another kind of model by its `settings`, before its weights are fetched.
    What was fetched before is not fetched again; a pinned revision (a commit's full hash) that is
    complete needs no network. Where a connection breaks, the download goes on from there. Raises
    ModelError.
    """
    try:
        folder = _snapshot(name, revision, settings)
        check(folder)
        held = [choice for choice in weights if (folder / choice).exists()]
        if held and held[0] == weights[0]:
            return folder, held[0]
        try:
            there = set(HfApi(endpoint=_endpoint()).list_repo_files(name, revision=folder.name))
        except (httpx2.TransportError, OfflineModeIsEnabled):
            if not held:
                raise
            return folder, held[0]
        chosen = next((choice for choice in weights if choice in there), None)
        if chosen is not None and chosen not in held:
            _snapshot(name, folder.name, (chosen, chosen + BESIDE))
    except GatedRepoError as error:
        raise ModelError(f"{name} asks for a licence to be accepted on the hub first.") from error
    except RepositoryNotFoundError as error:
        raise ModelError(f"There is no model folder and no hub model {name!r}.") from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{name} has no revision {revision!r}.") from error
    except HFValidationError as error:
        raise ModelError(f"{name!r} is neither a folder nor a hub id.") from error
    except (LocalEntryNotFoundError, httpx2.HTTPError, OSError) as error:
        raise ModelError(
            f"{name} is not on this machine, and fetching it from the hub failed. "
            "Try again: the files that arrived are kept."
        ) from error
    return folder, chosen


def cache() -> Path:
    """Where models that were exported here once are kept."""
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
    """Read anew, where huggingface_hub remembers what it was when it was imported."""
    return os.environ.get("HF_ENDPOINT")


def _check(path: Path) -> None:
    """The cache names a file by the hash that the hub gave for it: sha256, or git's for small ones.

    huggingface_hub compares only sizes. Raises ModelError, and forgets the file, if it differs.
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
        return  # a cache without links
    if actual != blob.name:
        path.unlink()
        blob.unlink(missing_ok=True)
        raise ModelError(f"{path.name} arrived damaged: its hash is not the hub's. Try again.")
