"""Sound as it was at some time, from the bucket's old versions; or from another bucket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket


@dataclass
class Returned:
    """Keys, by what became of them."""

    returned: list[str] = field(default_factory=list)
    newer: list[str] = field(default_factory=list)  # not there yet at that time; left as they are
    lost: list[str] = field(default_factory=list)  # of which that version has expired


def as_it_was(
    bucket: "Bucket",
    at: datetime,
    prefix: str = "",
    *,
    write: bool = True,
    advance: Callable[[int], None] = lambda _: None,
) -> Returned:
    """Make the versions of time `at` the current ones again, where they changed since.

    A version is copied over the current one: S3 tells of that as of any upload, so the pipeline
    takes it up, and nothing that is there now is lost. Without `write` it is only counted.
    """
    found = Returned()
    for key, versions in _by_key(bucket, prefix):
        advance(1)
        current = versions[0]  # S3 lists the newest first
        if current.last_modified <= at:
            continue
        then = next((one for one in versions if one.last_modified <= at), None)
        if then is None:
            # The first is no deletion where something was there that has expired meanwhile.
            (found.lost if _is_marker(versions[-1]) else found.newer).append(key)
        elif _is_marker(then):
            found.newer.append(key)
        else:
            found.returned.append(key)
            if write and not (not _is_marker(current) and current.e_tag == then.e_tag):
                bucket.copy({"Bucket": bucket.name, "Key": key, "VersionId": then.id}, key)
    return found


def from_another(
    source: Any, target: Any, advance: Callable[[int], None] = lambda _: None
) -> list[str]:
    """Copy what `target` lacks from bucket `source`, with its metadata; the keys."""
    there = {one.key for one in target.objects.all()}
    copied = []
    for one in source.objects.all():
        advance(1)
        if one.key not in there:
            target.copy({"Bucket": source.name, "Key": one.key}, one.key)
            copied.append(one.key)
    return copied


def _by_key(bucket: "Bucket", prefix: str) -> Iterator[tuple[str, list[Any]]]:
    versions = bucket.object_versions.filter(Prefix=prefix)
    for key, group in groupby(_in_order(versions), key=lambda one: one.object_key):
        yield key, sorted(group, key=lambda one: (one.last_modified, one.is_latest), reverse=True)


def _in_order(versions: Any) -> list[Any]:
    """By key: a page lists versions and markers apart."""
    return sorted(versions, key=lambda one: str(one.object_key))


def _is_marker(version: Any) -> bool:
    return version.size is None
