"""Putting files in the bucket: which files, under which keys, several at once, none twice."""

import hashlib
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from earshot.audio.formats import media_type
from earshot.cli.outputs import Outputs
from earshot.cli.progress import Advance
from earshot.cli.tables import table as tables
from earshot.cli.tables.join import Joined, join
from earshot.cli.walk import LeftOut, walk
from earshot.errors import InputError
from earshot.recordings.details import FIELDS
from earshot.recordings.details import joined as joined_details
from earshot.recordings.metadata import decoded, encoded
from earshot.recordings.record import FACETS

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket

_CONCURRENCY = 16


@dataclass(frozen=True, slots=True)
class Upload:
    """One file and the key it gets."""

    path: Path
    key: str
    facets: Mapping[str, str]
    marks: Mapping[str, str] = field(default_factory=dict)  # more metadata
    details: Mapping[str, Any] = field(default_factory=dict)  # earshot.recordings.details


class Stored(NamedTuple):
    """What became of uploads, by key: the `moments` of those that were put now, the ETags of all
    that are in the bucket, and the (key, reason) of what failed."""

    moments: dict[str, float]
    failures: list[tuple[str, str]]
    etags: dict[str, str]


class SameKey(InputError):
    """Two files would become one recording; the message names both."""


class Collected(NamedTuple):
    """The files to put, and what was left out of the folders."""

    uploads: list[Upload]
    left_out: list[LeftOut]


def collect(paths: Sequence[Path], prefix: str = "") -> Collected:
    """The files named, and the recordings in the folders named, with keys below `prefix`.

    Raises SameKey when two of them would overwrite one another, and InputError for what is no file.
    """
    found: dict[str, Upload] = {}
    left_out: list[LeftOut] = []
    for path in paths:
        folder, files = path.parent, [path]
        if path.is_dir():
            inside = walk(path)
            folder, files = path, list(inside.recordings)
            left_out += inside.left_out
        elif not path.is_file():
            raise InputError(
                f"{path} is no file: put the sound in one, whose name becomes the recording's key."
            )
        for file in files:
            key = prefix + file.relative_to(folder).as_posix()
            before = found.setdefault(key, Upload(file, key, {}))
            if before.path.resolve() != file.resolve():
                raise SameKey(
                    f"{before.path} and {file} would both become {key}:"
                    " upload them apart, each with a --prefix of its own."
                )
    return Collected(list(found.values()), left_out)


def described(uploads: Sequence[Upload], csv: Path) -> tuple[list[Upload], Joined]:
    """The uploads with what the table at `csv` says of who speaks, and what it says nothing of.

    Raises TableError.
    """
    table = tables.read(csv)
    joined = join(table, [upload.path for upload in uploads], uses=(*FACETS, *FIELDS))
    rows = {path: table.rows[at] for at, path in joined.files.items()}
    return [
        replace(one, facets=table.facets(rows[one.path]), details=table.details(rows[one.path]))
        if one.path in rows
        else replace(one, facets={})
        for one in uploads
    ], joined


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
            except (BotoCoreError, ClientError, OSError, UnicodeError) as error:
                stored.failures.append((key, str(error)))
            else:
                if moment is not None:
                    stored.moments[key] = moment
            advance(1)
    return stored


def _put(bucket: "Bucket", upload: Upload, again: bool) -> tuple[str, float | None]:
    """The ETag, and the moment of the put if there was one."""
    facets = {one: upload.facets[one] for one in FACETS if upload.facets.get(one)}
    metadata = facets | joined_details(upload.details) | dict(upload.marks)
    stored = bucket.Object(upload.key)
    if not again and _is_there(stored, upload.path, metadata):
        return stored.e_tag.strip('"'), None
    moment = time.time()
    with upload.path.open("rb") as file:
        answer = stored.put(
            Body=file, Metadata=encoded(metadata), ContentType=media_type(upload.path.name)
        )
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
    return stored.e_tag.strip('"') == digest and decoded(stored.metadata) == metadata
