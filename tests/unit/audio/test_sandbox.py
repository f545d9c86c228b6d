"""A file can only harm the child process that decodes it."""

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from earshot import errors
from earshot.audio import sandbox
from earshot.audio.decode import decode, stream
from earshot.audio.limits import SAMPLE_RATE, Limits

from .sounds import encode, tone, write


@pytest.fixture
def clip(tmp_path) -> Path:
    return write(tmp_path / "clip.wav", tone(2), SAMPLE_RATE)


def zygote() -> int:
    sandbox.start()
    assert sandbox._running is not None
    return sandbox._running.process.pid


def test_a_decoder_that_died_is_replaced(clip):
    decode(clip)
    before = zygote()
    os.kill(before, signal.SIGKILL)
    assert decode(clip).duration == 2
    assert zygote() != before


def test_the_decoder_gets_no_secrets(monkeypatch, clip):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    sandbox.stop()
    decode(clip)
    assert b"hush" not in Path(f"/proc/{zygote()}/environ").read_bytes()


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_hidden_process_can_not_be_read_by_others():
    code = (
        "import ctypes; from earshot.audio import sandbox; sandbox.hide();"
        " print(ctypes.CDLL(None).prctl(3))"  # PR_GET_DUMPABLE
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert told.stdout == b"0\n"


def test_a_child_out_of_memory_is_a_typed_error(tmp_path):
    path = encode(tmp_path / "a.m4a", "aac", tone(30), SAMPLE_RATE)
    with pytest.raises(errors.CorruptAudio):
        decode(path, Limits(memory_bytes=1))
    assert decode(path).duration == pytest.approx(30, abs=0.1)


def test_a_child_out_of_cpu_time_is_a_typed_error(tmp_path):
    path = write(tmp_path / "a.flac", np.zeros((48_000 * 400, 2), np.float32), 48_000)
    with pytest.raises(errors.CorruptAudio, match="limits"):
        for _ in stream(path, Limits(cpu_seconds=0)):
            pass


def test_a_reader_that_stops_early_leaves_no_child(tmp_path):
    path = write(tmp_path / "a.wav", tone(600), SAMPLE_RATE)
    blocks = stream(path)
    next(blocks)
    blocks.close()
    children = Path(f"/proc/{zygote()}/task/{zygote()}/children")
    for _ in range(500):
        if not children.read_text():
            return
        signal.sigtimedwait([], 0.01)
    pytest.fail("the child still runs")


def test_many_threads_decode_at_once(tmp_path):
    lengths = [0.1 * n for n in range(1, 31)]
    paths = [write(tmp_path / f"{i}.flac", tone(s), SAMPLE_RATE) for i, s in enumerate(lengths)]
    with ThreadPoolExecutor(8) as pool:
        durations = [sound.duration for sound in pool.map(decode, paths)]
    assert durations == pytest.approx(lengths, abs=1e-4)


def _duration(path: Path) -> float:
    return decode(path).duration


def test_a_forked_process_decodes_too(clip):
    decode(clip)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(_duration, [clip] * 4) == [2.0] * 4
    assert decode(clip).duration == 2


def test_stopping_leaves_no_process(clip):
    decode(clip)
    pid = zygote()
    sandbox.stop()
    assert not Path(f"/proc/{pid}").exists()
    assert decode(clip).duration == 2
