"""What is a recording in a folder, and that the rest is named."""

from pathlib import Path

import pytest

from earshot.audio.formats import FORMATS, SUFFIXES, media_type
from earshot.cli.walk import walk

SAMPLE = Path(__file__).resolve().parents[3] / "samples" / "morning-bread.mp3"
MP3 = SAMPLE.read_bytes()[:8192]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {
        "a.mp3": MP3,
        "sub/B.WMA": b"x",
        "voice": MP3,
        "talk.mp3.bak": MP3,
        "clip.ts": b"export const clip = 1;\n",
        "notes": b"bread and milk\n",
        "who.tsv": "filename\taccent\n".encode("utf-16"),
        "cover.webp": b"RIFF\x10\x00\x00\x00WEBPVP8 ",
        "photo.heic": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00",
        "empty": b"",
        "._a.mp3": b"\x00\x05\x16\x07",
        ".DS_Store": b"\x00",
        "__MACOSX/._a.mp3": b"\x00",
        "Thumbs.db": b"\xd0\xcf",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "gone.mp3").symlink_to(tmp_path / "nowhere.mp3")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "linked").symlink_to(tmp_path / "sub", target_is_directory=True)
    return tmp_path


def test_a_recording_is_known_by_its_suffix_or_its_first_bytes(folder: Path) -> None:
    found = [path.relative_to(folder).as_posix() for path in walk(folder).recordings]
    assert found == ["a.mp3", "gone.mp3", "sub/B.WMA", "talk.mp3.bak", "voice"]


def test_what_is_left_out_is_named_with_the_reason(folder: Path) -> None:
    found = {one.path.name: one.reason for one in walk(folder).left_out}
    assert found == {
        "._a.mp3": "it is hidden",
        ".DS_Store": "it is hidden",
        "__MACOSX": "it is hidden",
        "Thumbs.db": "it is hidden",
        "clip.ts": "it is text",
        "notes": "it is text",
        "who.tsv": "it is text",
        "cover.webp": "it is in no known audio format",
        "photo.heic": "it is in no known audio format",
        "empty": "it is empty",
        "gone": "it is a link to nothing",
        "linked": "it is a link to a folder",
    }


def test_every_suffix_belongs_to_one_format() -> None:
    assert len(SUFFIXES) == sum(len(one.suffixes) for one in FORMATS)
    assert media_type("a.M4B") == "audio/mp4"
    assert media_type("a.opus") == "audio/ogg"
    assert media_type("voice") == "application/octet-stream"


def test_common_formats_that_the_decoder_reads_are_uploaded() -> None:
    assert {"wma", "caf", "mov", "m4b", "mpga", "spx", "ts", "mkv", "wv", "aifc"} <= SUFFIXES
