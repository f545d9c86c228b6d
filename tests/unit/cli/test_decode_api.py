"""Asking an API that is busy, slow, unreliable or not there at all."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from earshot.cli.decoding.api import ATTEMPTS, AWAY, Api, _retry_after
from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Fault, Heard, Outcome
from earshot.cli.decoding.source import Stopped
from tests.unit.cli.asr_server import KEY, AsrServer, Say, linger, refused, serving


@pytest.fixture
def server() -> Iterator[AsrServer]:
    with serving() as running:
        yield running


@pytest.fixture
def clips(tmp_path: Path) -> list[Clip]:
    found = []
    for n in range(24):
        path = tmp_path / f"{n}.mp3"
        path.write_text(f"words {n}")
        found.append(Clip(n, path.name, path))
    return found


def decode(
    url: str, clips: Sequence[Clip], concurrency: int = 4, timeout: float = 10
) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}

    def done(clip: Clip, outcome: Outcome) -> None:
        assert clip.name not in found
        found[clip.name] = outcome

    Api(url, KEY, concurrency, timeout, pause=0.01).decode(clips, done)
    return found


def test_each_file_has_its_own_text_though_answers_overtake_each_other(
    server: AsrServer, clips: list[Clip]
) -> None:
    server.behave = lambda name, _: linger(0.03 * (int(name[:-4]) % 3))
    found = decode(server.url, clips)
    assert found == {clip.name: Heard(f"WORDS {clip.row}", len(f"words {clip.row}") / 8)
                     for clip in clips}  # fmt: skip


def test_both_texts_come_where_the_api_tells_them(server: AsrServer, clips: list[Clip]) -> None:
    new = {"transcription": "Tired.", "duration": 1.0, "heard": "TYRED"}
    old = {"transcription": "TYRED", "duration": 1.0}
    server.behave = lambda name, _: Say(200, new if name == "0.mp3" else old)
    assert decode(server.url, clips[:2]) == {
        "0.mp3": Heard("Tired.", 1.0, "TYRED"),
        "1.mp3": Heard("TYRED", 1.0, ""),
    }


def test_what_may_pass_is_tried_again(server: AsrServer, clips: list[Clip]) -> None:
    troubles = [
        Say(cut=True),
        refused(500, "internal"),
        refused(503, "unavailable"),
        Say(502, b"<html>"),
    ]

    def behave(name: str, before: int) -> Say | None:
        turn = (int(name[:-4]) + before) % 5
        return troubles[turn] if before < 3 and turn < 4 else None

    server.behave = behave
    found = decode(server.url, clips)
    assert all(isinstance(outcome, Heard) for outcome in found.values())
    assert len(found) == len(clips)
    assert max(server.asked.values()) == 4


def test_a_server_that_asks_for_a_pause_gets_it(server: AsrServer, clips: list[Clip]) -> None:
    server.behave = lambda _, before: (
        refused(429, "rate_limited", Retry_After="1") if not before else None
    )
    found = decode(server.url, clips[:1])
    assert isinstance(found["0.mp3"], Heard)
    (_, first), (_, second) = server.moments
    assert second - first >= 1


def test_a_server_that_asks_to_come_back_tomorrow_stops_the_run(
    server: AsrServer, clips: list[Clip]
) -> None:
    server.behave = lambda *_: refused(429, "quota", Retry_After="86400")
    with pytest.raises(Stopped, match="come back in 86400 s"):
        decode(server.url, clips)


def test_a_slow_answer_is_given_up_and_asked_for_again(
    server: AsrServer, clips: list[Clip]
) -> None:
    server.behave = lambda _, before: Say(after=1.5) if not before else None
    found = decode(server.url, clips[:2], timeout=0.5)
    assert all(isinstance(outcome, Heard) for outcome in found.values())
    assert set(server.asked.values()) == {2}


def test_a_file_that_always_fails_is_told_and_the_rest_goes_on(
    server: AsrServer, clips: list[Clip]
) -> None:
    server.behave = lambda name, _: refused(500, "internal") if name == "3.mp3" else None
    found = decode(server.url, clips)
    assert found["3.mp3"] == Fault("internal", "500, It is internal.", lasting=False)
    assert server.asked["3.mp3"] == ATTEMPTS
    assert sum(isinstance(outcome, Heard) for outcome in found.values()) == len(clips) - 1


@pytest.mark.parametrize(
    ("status", "code", "lasting"),
    [(413, "too_large", True), (415, "unsupported_format", True), (422, "corrupt", True),
     (409, "conflict", False)],
)  # fmt: skip
def test_a_refused_file_is_asked_for_once(
    server: AsrServer, clips: list[Clip], status: int, code: str, lasting: bool
) -> None:
    server.behave = lambda *_: refused(status, code)
    found = decode(server.url, clips[:1])
    assert found["0.mp3"] == Fault(code, f"{status}, It is {code}.", lasting)
    assert server.asked["0.mp3"] == 1


def test_an_answer_of_something_else_is_a_fault(server: AsrServer, clips: list[Clip]) -> None:
    server.behave = lambda *_: Say(200, b"<html>welcome</html>")
    outcome = decode(server.url, clips[:1])["0.mp3"]
    assert isinstance(outcome, Fault)
    assert outcome.code == "bad_answer"


def test_an_address_without_an_api_stops_the_run(server: AsrServer, clips: list[Clip]) -> None:
    with pytest.raises(Stopped, match="There is no POST /asr"):
        decode(server.url + "/elsewhere", clips)
    assert server.asked.total() <= 4


def test_a_server_that_is_not_there_stops_the_run(clips: list[Clip]) -> None:
    with serving() as gone:
        url = gone.url
    found: list[str] = []
    with pytest.raises(Stopped, match="does not answer"):
        Api(url, KEY, 4, pause=0.01).decode(clips, lambda clip, _: found.append(clip.name))
    assert AWAY <= len(found) < len(clips)


def test_no_more_requests_are_under_way_than_was_said(server: AsrServer, clips: list[Clip]) -> None:
    server.behave = lambda *_: linger(0.02)
    decode(server.url, clips, concurrency=3)
    assert server.most_at_once <= 3


def test_a_file_that_is_gone_is_a_fault_of_its_own(server: AsrServer, clips: list[Clip]) -> None:
    clips[5].path.unlink()
    found = decode(server.url, clips)
    assert found["5.mp3"] == Fault("unreadable", "No such file or directory", lasting=False)
    assert len(found) == len(clips)


def test_what_fails_while_results_are_kept_ends_the_run(
    server: AsrServer, clips: list[Clip]
) -> None:
    def full(clip: Clip, outcome: Outcome) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        Api(server.url, KEY, 4).decode(clips, full)


def test_a_pause_is_asked_for_in_seconds_or_by_a_date() -> None:
    def seconds(value: str) -> float | None:
        return _retry_after(httpx.Response(503, headers={"retry-after": value}))

    assert seconds("7") == 7.0
    assert seconds("soon") is None
    in_a_minute = seconds(format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True))
    assert in_a_minute is not None
    assert 50 < in_a_minute <= 60
    assert seconds("Mon, 01 Jan 2001 00:00:00 GMT") == 0.0
