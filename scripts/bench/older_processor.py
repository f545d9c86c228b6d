"""Runs a program as on an older x64 processor, to test and measure what most users have."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Literal

from scripts import ROOT

Instructions = Literal["all", "avx512", "avx2"]
"""What a program may find: "avx512" has int8 dot products but no matrix units, "avx2" neither."""

SOURCE = Path(__file__).with_suffix(".c")
LIBRARY = ROOT / ".local" / "bench" / "older_processor.so"

# Of leaf 7: EBX bit 16 is AVX-512, ECX bit 11 its VNNI, EDX bit 25 AMX.
ASKS = "__get_cpuid_count(7,0,&a,&b,&c,&d); return (b>>16&1) | (c>>11&1)<<1 | (d>>25&1)<<2;"


class NotHere(Exception):
    """This machine can't pretend to be an older one; the message says why."""


def environment(instructions: Instructions) -> dict[str, str]:
    """What to add to a program's environment. Raises NotHere."""
    if instructions == "all":
        return {}
    return {"LD_PRELOAD": str(_library()), "OLDER_PROCESSOR": instructions}


@cache
def _library() -> Path:
    """The preloaded library, compiled and tried once. Raises NotHere."""
    if not sys.platform.startswith("linux") or os.uname().machine != "x86_64":
        raise NotHere("Only Linux on x64 can hide instructions from a program.")
    LIBRARY.parent.mkdir(parents=True, exist_ok=True)
    # Made aside and put in place at once: tests in several processes may want it.
    made, asks = (LIBRARY.with_name(f"{name}-{os.getpid()}") for name in ("made", "asks"))
    _compile([str(SOURCE), "-shared", "-fPIC", "-o", str(made)])
    made.replace(LIBRARY)
    program = f"#include <cpuid.h>\nint main(void) {{ unsigned a, b, c, d; {ASKS} }}"
    _compile(["-x", "c", "-", "-o", str(asks)], program)
    hidden = {"LD_PRELOAD": str(LIBRARY), "OLDER_PROCESSOR": "avx2"}
    found = subprocess.run([str(asks)], env=os.environ | hidden, check=False).returncode
    asks.unlink()
    if found != 0:
        raise NotHere("This machine does not trap CPUID, so no instruction can be hidden.")
    return LIBRARY


def _compile(arguments: list[str], source: str | None = None) -> None:
    try:
        subprocess.run(["gcc", "-O1", *arguments], input=source, text=True, check=True)
    except FileNotFoundError as error:
        raise NotHere("gcc is needed to hide instructions.") from error
