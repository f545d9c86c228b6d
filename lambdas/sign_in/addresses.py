"""Where a person may be sent after signing in: to a path of this site, and nowhere else."""

import re

_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*", re.ASCII)
MAX_CHARS = 2000
SIGN_IN = "/auth/"


def own_path(wanted: str) -> str:
    """`wanted` if it is a path of this site, else the start page.

    Browsers read `//host` and `/\\host` as another host, and drop tabs and line ends before they
    look (https://url.spec.whatwg.org/#concept-basic-url-parser).
    """
    if len(wanted) > MAX_CHARS or not _PATH.fullmatch(wanted) or wanted.startswith(SIGN_IN):
        return "/"
    return wanted
