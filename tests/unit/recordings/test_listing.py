"""Lists of recordings that lose none, while they change behind the reader's back."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from earshot.errors import InvalidRequest
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.ids import recording_id
from earshot.recordings.listing import Sort
from earshot.recordings.record import Failure, Recording, Status
from earshot.recordings.store import Recordings
from tests.unit.recordings.conftest import make_table

Put = Callable[..., None]


@pytest.fixture
def table(aws: None) -> Any:
    return make_table()


@pytest.fixture
def store(table: Any) -> Recordings:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = (start + timedelta(milliseconds=n) for n in count())
    return Recordings(table, now=lambda: next(moments))


@pytest.fixture
def put(store: Recordings) -> Put:
    numbers = count(1)

    def put(key: str, failed: bool = False) -> None:
        event = _event(key, next(numbers))
        store.claim(event, "f1", {}, 1)
        if failed:
            store.fail(event, Failure("empty", "The file is empty."))

    return put


def _event(key: str, n: int, change: Change = Change.CREATED) -> ObjectEvent:
    order = comparable_sequencer(f"{n:08}")
    uploaded_at = f"2026-01-01T00:{n // 60:02}:{n % 60:02}Z"
    return ObjectEvent(change, "bucket", key, order, uploaded_at, f"etag{n}", 1)


def copy_rows(table: Any, key: str, others: Iterable[str]) -> None:
    """Rows like that of `key`, written into moto's own table: by its API they take minutes."""
    rows = dynamodb_backends[ACCOUNT_ID]["us-east-1"].tables[table.name]
    this = {"recording_id": {"S": recording_id(key)}}
    row = boto3.client("dynamodb").get_item(TableName=table.name, Key=this)["Item"]
    for n, other in enumerate(others):
        identity, moment = recording_id(other), f"2025-01-01T00:00:00.{n:06}Z"
        own = {
            "recording_id": identity,
            "key": other,
            "uploaded_at": moment,
            "listed_at": f"{moment}#{identity}",
        }
        rows.put_item(row | {name: {"S": value} for name, value in own.items()})


def pages(
    store: Recordings, sort: Sort, size: int, status: Status | None = None
) -> Iterator[list[str]]:
    cursor = None
    while True:
        page, cursor = store.list(status, None, cursor, size, sort)
        yield [one.key for one in page]
        if cursor is None:
            return


@pytest.mark.slow("many histories, each on a table")
@pytest.mark.parametrize("sort", ["updated", "uploaded"])
def test_while_rows_change_a_list_by_change_or_upload_loses_none(
    store: Recordings, put: Put, sort: Sort
) -> None:
    names = [f"{n:03}.mp3" for n in range(24)]
    for name in names:
        put(name)
    changes = iter(names[n * 11 % len(names)] for n in range(20))
    seen: Counter[str] = Counter()
    for page in pages(store, sort, 6):
        seen.update(page)
        for name in (one for one, _ in zip(changes, range(5), strict=False)):
            put(name, failed=True)
    assert set(seen) == set(names)
    assert max(seen.values()) <= 3


def test_a_list_by_change_ends_with_what_changed_meanwhile(store: Recordings, put: Put) -> None:
    for name in "abcd":
        put(name)
    first, cursor = store.list(size=2)
    put("a", failed=True)
    rest, cursor = store.list(size=10, cursor=cursor)
    assert [one.key for one in first] == ["d", "c"]
    assert [(one.key, one.status) for one in rest] == [
        ("b", Status.TRANSCRIBING),
        ("a", Status.FAILED),
    ]
    assert cursor is None


def test_a_deleted_recording_is_in_no_list(store: Recordings, put: Put) -> None:
    for name in ("a.mp3", "b.mp3"):
        put(name)
    store.remove(_event("a.mp3", 999, Change.REMOVED))
    for sort in ("key", "uploaded", "updated"):
        assert list(pages(store, sort, 10)) == [["b.mp3"]]


@pytest.mark.parametrize("sort", ["key", "uploaded", "updated"])
def test_what_is_deleted_while_its_index_still_has_it_is_in_no_list(
    store: Recordings, put: Put, table: Any, sort: Sort
) -> None:
    for name in ("a.mp3", "b.mp3"):
        put(name)
    deletion = iter([_event("a.mp3", 999, Change.REMOVED)])

    def delete(**_: Any) -> None:  # once, after the index was read
        for one in deletion:
            store.remove(one)

    table.meta.client.meta.events.register("before-call.dynamodb.BatchGetItem", delete)
    assert list(pages(store, sort, 10)) == [["b.mp3"]]


def test_a_status_narrows_a_list_by_key(store: Recordings, put: Put) -> None:
    for n in range(21):
        put(f"{n:02}.mp3", failed=n % 10 == 0)
    found = [key for page in pages(store, "key", 4, Status.FAILED) for key in page]
    assert found == ["00.mp3", "10.mp3", "20.mp3"]


@pytest.mark.slow("thousands of rows")
def test_a_prefix_among_thousands_takes_two_requests(
    store: Recordings, put: Put, table: Any
) -> None:
    put("talks/monday.mp3")
    copy_rows(table, "talks/monday.mp3", [f"others/{n}.mp3" for n in range(5_000)])
    calls: list[str] = []
    table.meta.client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name)
    )
    page, cursor = store.list(prefix="talks/", sort="key")
    assert [one.key for one in page] == ["talks/monday.mp3"]
    assert cursor is None
    assert calls == ["Query", "BatchGetItem"]


@pytest.mark.slow("a thousand writes")
def test_while_1_000_rows_change_a_list_loses_none_and_by_key_has_none_twice(
    store: Recordings, put: Put, table: Any
) -> None:
    names = [f"{n:04}.mp3" for n in range(1000)]
    put(names[0])
    copy_rows(table, names[0], names[1:])
    changes = iter([names[n * 377 % 1000] for n in range(1000)])  # each once
    sorts: tuple[Sort, ...] = ("key", "updated")
    cursors: dict[Sort, str | None] = dict.fromkeys(sorts, None)
    seen: dict[Sort, list[Recording]] = {sort: [] for sort in sorts}
    while cursors:  # two readers, each a page at a time
        for sort, cursor in list(cursors.items()):
            page, after = store.list(None, None, cursor, 100, sort)
            seen[sort] += page
            cursors[sort] = after
            if after is None:
                del cursors[sort]
        for name in islice(changes, 150):
            assert store.fail(_event(name, 1), Failure("empty", "The file is empty."))
    assert [one.key for one in seen["key"]] == names
    last = {one.key: one.status for one in seen["updated"]}
    assert sorted(last) == names
    assert set(last.values()) == {Status.FAILED}, "what changed behind the reader comes again"


@pytest.mark.parametrize("key", ["a\u00a0b.mp3", 'ä"\\.mp3', "日本/\U0001f399.mp3", "x" * 1024])
def test_any_key_can_be_where_a_page_ends(store: Recordings, put: Put, key: str) -> None:
    put(key)
    put("\U0001f9ff last.mp3")
    assert sorted(key for page in pages(store, "key", 1) for key in page) == sorted(
        [key, "\U0001f9ff last.mp3"]
    )


def test_a_cursor_of_another_order_is_refused(store: Recordings, put: Put) -> None:
    for name in "abc":
        put(name)
    _, by_key = store.list(size=1, sort="key")
    _, by_change = store.list(size=1)
    with pytest.raises(InvalidRequest):
        store.list(cursor=by_key)
    with pytest.raises(InvalidRequest):
        store.list(cursor=by_change, sort="key")
    with pytest.raises(InvalidRequest):
        store.list(cursor=by_key, sort="uploaded")


def test_the_latest_upload_comes_first_whatever_changed_since(store: Recordings, put: Put) -> None:
    for name in "abcde":
        put(name)
    store.fail(_event("b", 2), Failure("empty", "The file is empty."))
    assert list(pages(store, "uploaded", 5)) == [["e", "d", "c", "b", "a"]]
    assert list(pages(store, "uploaded", 2)) == [["e", "d"], ["c", "b"], ["a"]]
    assert list(pages(store, "uploaded", 2, Status.FAILED)) == [["b"]]


def test_a_list_by_upload_ends_with_what_changed_meanwhile(store: Recordings, put: Put) -> None:
    for name in "abcd":
        put(name)
    first, cursor = store.list(size=3, sort="uploaded")
    put("a")  # behind the reader's back: it is the latest now
    second, cursor = store.list(size=3, sort="uploaded", cursor=cursor)
    assert [[one.key for one in page] for page in (first, second)] == [["d", "c", "b"], ["a"]]
    assert cursor is None


def test_what_an_older_version_wrote_can_be_put_in_the_list(
    store: Recordings, put: Put, table: Any
) -> None:
    for name in ("a.mp3", "b.mp3", "gone.mp3"):
        put(name)
        table.update_item(
            Key={"recording_id": recording_id(name)}, UpdateExpression="REMOVE listed_in"
        )
    store.remove(_event("gone.mp3", 999, Change.REMOVED))
    assert list(pages(store, "key", 10)) == [[]]
    assert store.make_listable() == 2
    assert list(pages(store, "key", 10)) == [["a.mp3", "b.mp3"]]
    assert store.make_listable() == 0
