"""Programs that come with the system: there, or installed where this user may, or named."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping

from earshot.errors import EarshotError

# What runs, by the Debian package that brings it.
FOR_TESTS: Mapping[str, str] = {"chromium": "chromium", "ffmpeg": "ffmpeg"}


class MissingPackageError(EarshotError):
    """Something must be installed by hand; the message says what and how."""


def may_install() -> bool:
    """Root on Debian or Ubuntu."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def ensure(programs: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Every one of these programs is there afterwards. Raises MissingPackageError."""
    missing = sorted(
        {package for program, package in programs.items() if not shutil.which(program)}
    )
    if missing:
        install(missing, say)


def install(packages: list[str], say: Callable[[str], None]) -> None:
    """Install Debian packages. Raises MissingPackageError when that can't be done from here."""
    names = " ".join(packages)
    if not may_install():
        raise MissingPackageError(f"Missing: {names}. Install with `sudo apt-get install {names}`.")
    say(f"Installing {names} …")
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-q", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        # A failing mirror among several is no reason to stop: only the installation decides.
        if done.returncode and command[0] == "install":
            raise MissingPackageError(f"apt-get install {names} failed:\n{done.stderr[-500:]}")
