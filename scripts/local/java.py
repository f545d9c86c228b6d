"""Find a Java that can run OpenSearch, or install one where this user may."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from earshot.errors import EarshotError
from scripts.local import packages

MINIMUM = 17  # the oldest that the node was tried on; 25 was the newest
PACKAGE = "default-jre-headless"


class NoJavaError(EarshotError):
    """No usable Java, and none that may be installed from here."""


def ensure_java(say: Callable[[str], None] = print) -> Path:
    """The path of a `java` of version 17 or newer; installs one as root on Debian or Ubuntu."""
    java = find_java()
    if java:
        return java
    if not packages.may_install():
        raise NoJavaError(
            f"Earshot's local search node needs Java {MINIMUM} or newer. Install it with "
            f"`sudo apt-get install {PACKAGE}` (Debian, Ubuntu), `brew install openjdk` (macOS) "
            "or set JAVA_HOME; or set OPENSEARCH_URL to a node of your own."
        )
    packages.install([PACKAGE], say)
    java = find_java()
    if not java:
        raise NoJavaError(
            f"{PACKAGE} brought a Java older than {MINIMUM}; set JAVA_HOME to a newer one."
        )
    return java


def find_java() -> Path | None:
    """The first `java` of version 17 or newer in JAVA_HOME, PATH and /usr/lib/jvm."""
    return next((java for java in candidates() if version(java) >= MINIMUM), None)


def candidates() -> Iterator[Path]:
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home, "bin", "java")
    if on_path := shutil.which("java"):
        yield Path(on_path)
    yield from sorted(Path("/usr/lib/jvm").glob("*/bin/java"), reverse=True)


def version(java: Path) -> int:
    """The feature release (17, 21 …) of this `java`; 0 when it doesn't run."""
    try:
        answer = subprocess.run(
            [java, "-version"], capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found and answer.returncode == 0 else 0
