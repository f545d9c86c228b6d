"""297 odd and broken files from the test suites of other projects, if they are on this machine."""

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from earshot.audio.decode import decode
from earshot.errors import AudioError
from tests.shared_data import SHARED

ODD = SHARED / "odd_audio"

pytestmark = pytest.mark.skipif(not ODD.is_dir(), reason="the odd files are not on this machine")


def outcome(path: Path) -> float | AudioError:
    """The sound's length in seconds, or the error."""
    try:
        return decode(path).duration
    except AudioError as error:
        return error


@pytest.fixture(scope="module")
def outcomes() -> dict[str, tuple[dict[str, str], float | AudioError]]:
    with (ODD / "manifest.csv").open() as file:
        rows = list(csv.DictReader(file))
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(outcome, [ODD / row["file"] for row in rows])
        return {row["file"]: (row, result) for row, result in zip(rows, found, strict=True)}


def test_every_file_gives_audio_or_a_typed_error(outcomes):
    assert len(outcomes) == 297
    for _, result in outcomes.values():
        assert isinstance(result, AudioError) or result > 0


def test_what_ffmpeg_decodes_is_decoded_to_the_same_length(outcomes):
    readable = [(row, result) for row, result in outcomes.values() if row["ff_status"] == "ok"]

    def same(seconds: float, result: float | AudioError) -> bool:
        # 5 ms: the manifest is rounded to one, and the decoders differ by less than a block at
        # the ends of vorbis.
        return isinstance(result, float) and abs(result - seconds) <= max(0.01 * seconds, 0.005)

    alike = [row for row, result in readable if same(float(row["ff_duration"]), result)]
    assert len(alike) >= 0.97 * len(readable)


def test_what_libsndfile_reads_is_never_refused(outcomes):
    for row, result in outcomes.values():
        if row["sf_status"] == "ok" and row["ff_status"] == "ok":
            assert isinstance(result, float), row["file"]
