"""Many clients of the API at once, each with one request after the other: search, and some speech.

A client that is refused because there are too many requests (429) does as docs/api.md says: it
waits as long as it is told, or a second and then longer where it is not told.
"""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx

from earshot.cli.outputs import Outputs
from scripts import ROOT
from scripts.bench.cold import quantiles

SOUND = ROOT / "samples" / "lost-parrot.mp3"  # 11 s
SEARCHES = ("the", "bread", "whale", "night train", "keeper light", "captian")
SPEECH_EVERY = 5  # requests of a client
NO_ANSWER = "no answer"
_TIMEOUT_S = 40  # longer than any gateway waits
_LONGEST_WAIT_S = 16
_TOLD = 120  # characters of an answer that say why


@dataclass(slots=True)
class Seen:
    """What the clients got, by kind of request; shared by all of them."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    refusals: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: str, status: str, seconds: float, told: str) -> None:
        with self.lock:
            self.statuses[kind][status] += 1
            if status == "200":
                self.seconds[kind].append(seconds)
            else:
                self.refusals[f"{status}: {told[:_TOLD]}"] += 1


def crowd(target: Outputs, clients: int, seconds: float) -> Iterator[Mapping[str, Any]]:
    """Statuses and times of `clients` for `seconds`, after each has made a request of each kind."""
    seen = Seen()
    warm, stop = threading.Barrier(clients + 1), threading.Event()
    threads = [
        threading.Thread(target=_client, args=(target, n, seen, warm, stop)) for n in range(clients)
    ]
    for thread in threads:
        thread.start()
    warm.wait()
    began = time.monotonic()
    stop.wait(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    for kind, statuses in sorted(seen.statuses.items()):
        yield {
            "figure": f"{clients} clients at once: {kind}",
            "seconds": round(took, 1),
            "statuses": dict(sorted(statuses.items())),
            **(quantiles(seen.seconds[kind]) if len(seen.seconds[kind]) > 1 else {}),
        }
    yield {
        "figure": f"{clients} clients at once: refusals",
        "refusals": dict(seen.refusals.most_common()),
        "5xx": sum(
            many
            for statuses in seen.statuses.values()
            for status, many in statuses.items()
            if status.startswith("5") or status == NO_ANSWER
        ),
    }


def _client(
    target: Outputs, n: int, seen: Seen, warm: threading.Barrier, stop: threading.Event
) -> None:
    headers = {"authorization": f"Bearer {target.api_key}"}
    with httpx.Client(base_url=target.api_url, headers=headers, timeout=_TIMEOUT_S) as client:
        for request in (0, SPEECH_EVERY - 1):
            _ask(client, request, Seen())
        warm.wait()
        refused = 0  # in a row
        for request in count(n):  # not all at the same place of the mix
            if stop.is_set():
                return
            told = _ask(client, request, seen)
            refused = 0 if told is None else refused + 1
            stop.wait(told or (min(2 ** (refused - 1), _LONGEST_WAIT_S) if refused else 0))


def _ask(client: httpx.Client, n: int, seen: Seen) -> float | None:
    """Make the `n`th request; None unless there were too many, then how many seconds to wait, as
    far as the answer says so."""
    speech = n % SPEECH_EVERY == SPEECH_EVERY - 1
    kind = "POST /asr" if speech else "GET /search"
    began = time.monotonic()
    try:
        answer = _transcribe(client, SOUND) if speech else _search(client, n)
    except httpx.HTTPError as error:
        seen.note(kind, NO_ANSWER, time.monotonic() - began, repr(error))
        return None
    status, after = str(answer.status_code), answer.headers.get("retry-after", "")
    too_many = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
    if too_many and not after:
        status += " of the gateway"  # the API's own says when to come again
    seen.note(kind, status, time.monotonic() - began, answer.text)
    return float(after or 0) if too_many else None


def _search(client: httpx.Client, n: int) -> httpx.Response:
    return client.get("/search", params={"q": SEARCHES[n % len(SEARCHES)]})


def _transcribe(client: httpx.Client, sound: Path) -> httpx.Response:
    return client.post("/asr", files={"file": (sound.name, sound.read_bytes(), "audio/mpeg")})
