"""A word that no text has is found by its sound, on a real node."""

from opensearchpy import OpenSearch

from earshot.search.index import SearchIndex
from earshot.search.request import Mark, SearchPage, SearchRequest
from earshot.search.searcher import search
from tests.search.recordings import of
from tests.search.sounding import sounding


def ask(client: OpenSearch, alias: str, q: str) -> SearchPage:
    client.indices.refresh(index=alias)
    return search(client, alias, SearchRequest(q))


def test_a_word_that_no_text_has_is_found_where_it_was_said(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    said = sounding("we saw a tree", "meteorite", at_s=1.0)
    # More than are looked at whole.
    others = of(f"copper kettle {n}" for n in range(120))
    assert index.project([said, *others]) == []
    page = ask(client, alias, "meteorite")
    (hit,) = page.hits
    assert (page.total, page.maybe, hit.match) == (0, 1, "maybe")
    assert (hit.text, hit.marks) == ("we saw a tree", (Mark(2, "sound"),))
    assert hit.sound
    assert 0.9 < hit.sound.start < hit.sound.end < 1.5


def test_a_text_that_has_it_comes_before_a_sound_that_has_it(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    written = of(["a meteorite fell", "two meteorites", "a metiorite"])
    index.project([sounding("we saw a tree", "meteorite"), *written])
    page = ask(client, alias, "meteorite")
    assert [hit.text for hit in page.hits[:3]] == [one.transcript.text for one in written]  # type: ignore[union-attr]


def test_the_sound_is_no_part_of_what_is_shown(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    index.project([sounding("we saw a tree", "meteorite")])
    client.indices.refresh(index=alias)
    (hit,) = client.search(index=alias)["hits"]["hits"]
    assert not {"letters", "sound_grams"} & hit["_source"].keys()
