"""What commands say of what they left: rows, files, and why."""

import sys
from collections.abc import Iterable, Sequence
from itertools import islice

from earshot.cli.tables.join import Joined
from earshot.cli.walk import LeftOut

SHOWN = 100  # of a kind; a run over thousands of files is not to scroll away what matters


def say(kind: str, lines: Sequence[str], shown: int = SHOWN, more: str = "") -> None:
    """Names them on standard error, the first of many; how many more there are is said."""
    for line in islice(lines, shown):
        print(f"{kind}: {printable(line)}", file=sys.stderr)
    if len(lines) > shown:
        print(f"{kind}: and {len(lines) - shown:,} more{more}", file=sys.stderr)


def say_left_out(left_out: Sequence[LeftOut]) -> None:
    say("left out", [str(one) for one in left_out])


def say_unjoined(joined: Joined) -> None:
    """Both sides' rest."""
    for kind, some in rows_left(joined):
        say(kind, [str(one) for one in some])
    say("extra", [f"{path}: no row names it" for path in joined.extra])


def counts(joined: Joined) -> str:
    """As a sentence's end: "2 refused, 1 extra"; empty if all rows and files belong together."""
    some = [*rows_left(joined), ("extra", joined.extra)]
    return ", ".join(f"{len(one):,} {kind}" for kind, one in some if one)


def rows_left(joined: Joined) -> Iterable[tuple[str, Sequence[object]]]:
    """Rows without a file, by kind."""
    yield "refused", joined.refused
    yield "missing", joined.missing
    yield "doubtful", joined.doubtful


def printable(line: str) -> str:
    """File names may hold bytes that no terminal takes, and its commands."""
    shown = line.encode(errors="backslashreplace").decode()
    return "".join(one if one.isprintable() else "\ufffd" for one in shown)
