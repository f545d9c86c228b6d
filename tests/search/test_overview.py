"""What the index holds as a whole."""

from datetime import date

from opensearchpy import OpenSearch

from earshot.search.index import SearchIndex
from earshot.search.overview import Overview, Share, overview
from tests.search.recordings import recording

TODAY = date(2026, 3, 1)


def test_recordings_are_counted_once_each_however_many_passages_they_have(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    index.project([
        recording("a harbour in winter", accent="us", uploaded_at="2026-01-02T03:04:05Z"),
        recording("the harbour again", accent="us", uploaded_at="2026-02-02T03:04:05Z"),
        recording("lavender " * 400, "long.mp3", uploaded_at="2026-02-03T03:04:05Z"),
        recording("", "silent.mp3", uploaded_at="2026-02-04T03:04:05Z"),
    ])  # fmt: skip
    client.indices.refresh(index=alias)
    found = overview(client, alias, TODAY)
    assert found.recordings == 4
    assert found.hours == round((2 + 1.5 + 200) / 3600, 4)
    assert (found.first, found.last) == ("2026-01-02T03:04:05.000Z", "2026-02-04T03:04:05.000Z")
    assert (found.every, found.uploaded) == (
        "month",
        (Share("2026-01-01", 1), Share("2026-02-01", 3)),
    )
    assert sum(share.count for share in found.durations) == 4
    assert found.models == (Share("demo", 4),)
    assert found.accents == (Share("unknown", 2), Share("us", 2))
    assert found.examples[0] == "harbour", "which several have"
    assert overview(client, alias, TODAY) == found, "the same all day"


def test_years_of_recordings_are_counted_in_longer_steps(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    index.project([
        recording(f"number {year}", uploaded_at=f"{year}-05-02T03:04:05Z")
        for year in range(2010, 2026)
    ])  # fmt: skip
    client.indices.refresh(index=alias)
    found = overview(client, alias, TODAY)
    assert found.every == "year"
    assert len(found.uploaded) <= 24


def test_an_index_that_is_empty_or_not_made_holds_nothing(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    assert overview(client, alias, TODAY) == Overview()
    assert overview(client, "no-such-index", TODAY) == Overview()
