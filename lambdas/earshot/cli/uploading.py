"""Putting files in the bucket: which files, under which keys, several at once, none twice."""

import hashlib
import mimetypes
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from earshot.cli.outputs import Outputs
from earshot.cli.progress import Advance
from earshot.errors import InputError
from earshot.recordings.record import FACETS

AUDIO_SUFFIXES = frozenset(
    f".{kind}"
    for kind in (
        "3gp", "aac", "aif", "aiff", "amr", "au", "flac", "m4a", "mka", "mp3", "mp4", "oga", "ogg",
        "opus", "wav", "webm",
    )
)  # fmt: skip
_CONCURRENCY = 16


@dataclass(frozen=True, slots=True)
class Upload:
    """One file and the key it gets."""

    path: Path
    key: str
    facets: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=dict)  # more metadata


class Stored(NamedTuple):
    """What became of uploads, by key: the `moments` of those that were put now, the ETags of all
    that are in the bucket, and the (key, reason) of what failed."""

    moments: dict[str, float]
    failures: list[tuple[str, str]]
    etags: dict[str, str]


class SameKey(InputError):
    """Two files would become one recording; the message names both."""


def collect(
    paths: Sequence[Path], prefix: str = "", facets: Mapping[str, Mapping[str, str]] | None = None
) -> list[Upload]:
    """The files named, and the audio files in the folders named, with keys below `prefix`.

    Raises SameKey when two of them would overwrite one another.
    """
    found: dict[str, Upload] = {}
    for path in paths:
        folder = path if path.is_dir() else path.parent
        files = sorted(_audio_files(path)) if path.is_dir() else [path]
        for file in files:
            key = prefix + file.relative_to(folder).as_posix()
            before = found.setdefault(key, Upload(file, key, (facets or {}).get(file.name, {})))
            if before.path.resolve() != file.resolve():
                raise SameKey(
                    f"{before.path} and {file} would both become {key}:"
                    " upload them apart, each with a --prefix of its own."
                )
    return list(found.values())


def put(
    uploads: Iterable[Upload],
    target: Outputs,
    again: bool = False,
    advance: Advance = lambda _: None,
) -> Stored:
    """Put files in the bucket, several at once; what is there already, the same, is left."""
    bucket = target.resource(
        "s3",
        config=Config(
            max_pool_connections=_CONCURRENCY, retries={"mode": "standard", "total_max_attempts": 8}
        ),
    ).Bucket(target.audio_bucket)
    stored = Stored({}, [], {})
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        jobs = {pool.submit(_put, bucket, upload, again): upload for upload in uploads}
        for job in as_completed(jobs):
            key = jobs[job].key
            try:
                stored.etags[key], moment = job.result()
            except (BotoCoreError, ClientError, OSError) as error:
                stored.failures.append((key, str(error)))
            else:
                if moment is not None:
                    stored.moments[key] = moment
            advance(1)
    return stored


def _audio_files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in names:
            if Path(name).suffix.lower() in AUDIO_SUFFIXES:
                yield Path(parent) / name


def _put(bucket: Any, upload: Upload, again: bool) -> tuple[str, float | None]:
    """The ETag, and the moment of the put if there was one."""
    facets = {one: upload.facets[one] for one in FACETS if upload.facets.get(one)}
    metadata = facets | dict(upload.marks)
    stored = bucket.Object(upload.key)
    if not again and _is_there(stored, upload.path, metadata):
        return stored.e_tag.strip('"'), None
    moment = time.time()
    with upload.path.open("rb") as file:
        answer = stored.put(Body=file, Metadata=metadata, ContentType=_content_type(upload.path))
    return answer["ETag"].strip('"'), moment


def _is_there(stored: Any, path: Path, metadata: Mapping[str, str]) -> bool:
    try:
        stored.load()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return False
        raise
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    return stored.e_tag.strip('"') == digest and dict(stored.metadata) == dict(metadata)


def _content_type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
