"""What the decoder's child can't do, tried from within it."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from earshot import errors
from earshot.audio import jail, sandbox
from earshot.audio.decode import decode

from .sounds import RATE, tone, write

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="the filter of system calls is made for Linux on x86_64 and aarch64",
)

# Runs in a process that is confined as a child is, and tells what came of each attempt.
ATTEMPTS = """
import ctypes, json, os, signal, socket, subprocess, sys
from earshot.audio import child
from earshot.audio.limits import Limits

folder, parent = sys.argv[1], int(sys.argv[2])
open_file = open(f"{folder}/given", "rb", buffering=0)
libc = ctypes.CDLL(None, use_errno=True)
out = os.dup(1)

def ptrace():
    if libc.ptrace(16, parent, 0, 0):  # PTRACE_ATTACH
        raise OSError(ctypes.get_errno(), "ptrace")

def mapped():
    if libc.process_vm_readv(parent, 0, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")

def mount():
    if libc.mount(b"a", b"/", b"", 0, None):
        raise OSError(ctypes.get_errno(), "mount")

attempts = {
    "open a socket": lambda: socket.socket(),
    "open a pair of sockets": lambda: socket.socketpair(),
    "open a file": lambda: open(f"{folder}/secret"),
    "read its parent's environment": lambda: open(f"/proc/{parent}/environ"),
    "write a file": lambda: open(f"{folder}/new", "w"),
    "delete a file": lambda: os.unlink(f"{folder}/secret"),
    "rename a file": lambda: os.rename(f"{folder}/secret", f"{folder}/other"),
    "empty a file": lambda: os.truncate(f"{folder}/secret", 0),
    "list a folder": lambda: os.listdir(folder),
    "change its rights": lambda: os.chmod(f"{folder}/secret", 0o777),
    "run a program": lambda: os.execv("/bin/true", ["true"]),
    "start a process": lambda: os.fork(),
    "start a program": lambda: subprocess.run(["/bin/true"]),
    "send a signal": lambda: os.kill(parent, 0),
    "trace its parent": ptrace,
    "read its parent's memory": mapped,
    "raise its limits": lambda: __import__("resource").setrlimit(7, (9999, 9999)),
    "mount": mount,
    "become another user": lambda: os.setuid(12345),
}
child.confine(Limits())
told = {}
for name, attempt in attempts.items():
    try:
        attempt()
        told[name] = "done"
    except (OSError, ValueError) as error:  # setrlimit's EPERM is a ValueError in Python
        told[name] = getattr(error, "errno", 1)
told["read the file that it was given"] = open_file.read().decode()
os.write(out, json.dumps(told).encode())
os._exit(0)
"""


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("jail")
    (folder / "given").write_text("sound")
    (folder / "secret").write_text("hush")
    ended = python(ATTEMPTS, str(folder), str(os.getpid()))
    assert ended.returncode == 0, ended.stderr
    assert (folder / "secret").read_text() == "hush"
    assert not (folder / "new").exists()
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def test_the_child_reads_the_file_that_it_was_given(told):
    assert told["read the file that it was given"] == "sound"


def test_the_child_can_do_nothing_else(told):
    attempts = {
        name: came for name, came in told.items() if name != "read the file that it was given"
    }
    assert len(attempts) == 19
    assert attempts == dict.fromkeys(attempts, 1), "EPERM for each"


def test_whoever_starts_the_decoder_hides_from_it():
    code = (
        "import ctypes; from earshot.audio import sandbox; sandbox.start();"
        " print(ctypes.CDLL(None).prctl(3))"  # PR_GET_DUMPABLE
    )
    assert python(code).stdout == b"0\n"


@pytest.mark.slow("a process that imports the decoder")
def test_where_no_filter_can_be_had_decoding_is_refused(tmp_path, monkeypatch):
    clip = write(tmp_path / "a.wav", tone(1), RATE)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from earshot.audio.decode import decode\n"
        "from earshot.errors import Unconfined\n"
        "try: print(decode(Path(sys.argv[1])).duration)\n"
        "except Unconfined as error: print(error.message)\n"
    )
    # As on a machine that the filter isn't made for: its decoder process believes to be on one.
    (tmp_path / "sitecustomize.py").write_text(
        "import platform\nplatform.machine = lambda: 'riscv64'\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    refused = python(code, str(clip), PYTHONPATH=path)
    assert b"The decoder can't be confined" in refused.stdout
    assert jail.ALLOW_UNCONFINED.encode() in refused.stdout
    allowed = python(code, str(clip), PYTHONPATH=path, **{jail.ALLOW_UNCONFINED: "allow"})
    assert allowed.stdout == b"1.0\n"
    assert b"without a filter of system calls" in allowed.stderr


def test_this_machine_has_the_filter():
    assert jail.why_not() == ""


def test_the_filter_stays_away_from_the_caller(tmp_path):
    decode(write(tmp_path / "a.wav", tone(1), RATE))
    sandbox.stop()
    assert Path("/proc/self/status").read_text().count("Seccomp:\t0") == 1


def test_unconfined_is_an_error_of_its_own():
    assert not issubclass(errors.Unconfined, errors.AudioError), "no file is to blame for it"
