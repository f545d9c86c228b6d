"""The transcribe command: what comes out, and with which exit code."""

import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from scripts import ROOT
from scripts.__main__ import app

pytestmark = pytest.mark.slow("the bundled models listen to whole recordings")

SAMPLES = sorted((ROOT / "samples").glob("*.mp3"), key=lambda path: path.stat().st_size)[:3]


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["transcribe", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "text.wav").write_text("no sound here")
    soundfile.write(tmp_path / "silence.flac", np.zeros(16_000), 16_000)
    return tmp_path


def test_json_has_a_line_for_each_file_in_order(folder):
    files = [SAMPLES[0], folder / "empty.mp3", folder / "silence.flac", SAMPLES[1]]
    code, out, _ = run("--format", "json", *files)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert [row["file"] for row in rows] == [str(file) for file in files]
    assert [row["status"] for row in rows] == ["done", "failed", "done", "done"]
    assert rows[1]["error"] == {"code": "empty", "message": "The file is empty."}
    assert (rows[2]["text"], rows[2]["duration"], rows[2]["words"]) == ("", 1.0, [])
    assert {"text", "start", "end", "confidence"} == set(rows[0]["words"][0])


def test_a_name_of_bytes_that_are_no_text_comes_back_whole(folder):
    try:
        odd = folder / "caf\udce9.mp3"
        odd.write_bytes(SAMPLES[0].read_bytes())
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    code, out, _ = run("--format", "json", odd, SAMPLES[1])
    assert code == 0
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(odd), str(SAMPLES[1])]
    code, _, _ = run("--format", "json", "--out", folder / "texts", odd)
    assert code == 0
    (written,) = (folder / "texts").iterdir()
    assert json.loads(written.read_text())["file"] == str(odd)


@pytest.fixture(scope="module")
def heard():
    """Of the three samples in one batch."""
    return run("--batch", len(SAMPLES), *SAMPLES)


def test_all_well_is_exit_code_0(heard):
    code, out, _ = heard
    assert code == 0
    assert len(out.splitlines()) == len(SAMPLES)


def test_a_file_that_failed_is_told_on_stderr(folder):
    code, out, err = run(folder / "text.wav")
    assert (code, out) == (1, "")
    assert "not_audio" in err


@pytest.mark.parametrize(
    "arguments",
    [[], ["--format", "pdf", SAMPLES[0]], ["--model", "/nowhere", SAMPLES[0]],
     ["--engine", "abacus", SAMPLES[0]], ["--decoder", "dice", SAMPLES[0]]],
)  # fmt: skip
def test_wrong_usage_is_exit_code_2(arguments):
    assert run(*arguments)[0] == 2


def test_the_batch_does_not_change_the_text(heard):
    assert run("--batch", 1, *SAMPLES)[1] == heard[1]


def test_captions_go_to_a_folder(folder):
    code, out, _ = run("--format", "srt", "--out", folder / "captions", SAMPLES[0])
    assert (code, out) == (0, "")
    assert "-->" in (folder / "captions" / f"{SAMPLES[0].name}.srt").read_text()


def test_two_files_that_would_be_written_to_one_are_refused_before_anything_is_heard(folder):
    months = [folder / "jan" / SAMPLES[0].name, folder / "feb" / SAMPLES[0].name]
    for path in months:
        path.parent.mkdir()
        path.write_bytes(SAMPLES[0].read_bytes())
    code, out, err = run("--out", folder / "texts", *months)
    assert (code, out) == (2, "")
    assert all(str(path) in err for path in months)
    assert not (folder / "texts").exists()
    assert run("--out", folder / "texts", months[0], months[0])[0] == 0


def test_two_sides_of_a_call_are_two_speakers(folder):
    said, rate = soundfile.read(SAMPLES[0], dtype="float32")
    late = np.concatenate([np.zeros(2 * rate, np.float32), said])
    early = np.concatenate([said, np.zeros(2 * rate, np.float32)])
    path = folder / "call.wav"
    soundfile.write(path, np.stack([early, late], axis=1), rate)
    code, out, _ = run("--channels", "--format", "json", path)
    segments = json.loads(out)["segments"]
    assert code == 0
    assert {segment["channel"] for segment in segments} == {0, 1}
    assert [s["start"] for s in segments] == sorted(s["start"] for s in segments)


def test_help_needs_no_model():
    code = "import sys, scripts.__main__ as m; print('onnxruntime' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "False"


def test_sound_may_come_through_a_pipe():
    command = [sys.executable, "-m", "scripts", "transcribe", "--format", "json", "-"]
    with SAMPLES[0].open("rb") as sound:
        piped = subprocess.run(command, stdin=sound, cwd=ROOT, capture_output=True, check=True)
    row = json.loads(piped.stdout)
    assert (row["file"], row["status"]) == ("-", "done")
    assert row["text"]


def test_process_substitution_and_a_folder_mean_the_sound_in_them(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.mp3").write_bytes(SAMPLES[0].read_bytes())
    (tmp_path / "in" / "notes.txt").write_text("bread and milk")
    os.mkfifo(pipe := tmp_path / "pipe")
    writer = threading.Thread(target=pipe.write_bytes, args=(SAMPLES[0].read_bytes(),))
    writer.start()
    code, out, err = run("--format", "json", pipe, tmp_path / "in")
    writer.join()
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [row["file"] for row in rows] == [str(pipe), str(tmp_path / "in" / "a.mp3")]
    assert rows[0]["text"] == rows[1]["text"] != ""
    assert "notes.txt: it is text" in err


def test_a_folder_without_recordings_is_wrong_usage(tmp_path):
    code, _, err = run(tmp_path)
    assert code == 2
    assert f"There is no recording in the folder {tmp_path}." in err
