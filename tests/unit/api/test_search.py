"""GET /search and GET /suggest."""

import pytest
from fastapi.testclient import TestClient

from earshot.errors import InvalidRequest
from earshot.search.request import Range
from tests.unit.api.stage import ToldSearch


def test_a_hit_says_who_said_it_when_and_which_words_match(client: TestClient) -> None:
    answer = client.get("/search?q=hello").json()
    assert answer["total"] == 1
    assert answer["total_relation"] == "eq"
    (hit,) = answer["hits"]
    assert hit["words"] == [["hello", 0.0, 0.4], ["there", 0.5, 0.9]]
    assert hit["marks"] == [{"word": 0, "kind": "exact", "heard": None}]
    assert (hit["age"], hit["gender"], hit["accent"]) == ("thirties", "female", "us")
    assert answer["facets"]["age"] == [{"value": "thirties", "count": 1, "selected": False}]
    assert answer["relaxed"] is False
    assert answer["did_you_mean"] is None


def test_facets_may_repeat_and_blanks_are_no_choice(client: TestClient, finds: ToldSearch) -> None:
    client.get("/search?q=rain&accent=us&accent=england&age=&duration=5-10&page=&sort=")
    (request,) = finds.asked
    assert request.q == "rain"
    assert request.facets == {"accent": ("us", "england"), "duration": ("5-10",)}
    assert request.page == 1


def test_every_filter_reaches_the_search(client: TestClient, finds: ToldSearch) -> None:
    client.get(
        "/search?after=2024-05-01&before=2024-06-01&confidence=0.5-0.9&prefix=talks/"
        "&sort=newest&page=3&size=20&cursor=abc&source=import&model=demo&gender=male"
    )
    (request,) = finds.asked
    assert (request.after, request.before) == ("2024-05-01", "2024-06-01")
    assert request.confidence == Range(0.5, 0.9)
    assert (request.prefix, request.sort) == ("talks/", "newest")
    assert (request.page, request.size, request.cursor) == (3, 20, "abc")
    assert request.facets == {"source": ("import",), "model": ("demo",), "gender": ("male",)}


@pytest.mark.parametrize(
    "query",
    [
        "q=" + "a" * 501,
        "q=" + "a" * 20_000,
        "page=0",
        "page=-1",
        "page=1.5",
        "page=" + "9" * 400,
        "size=101",
        "size=many",
        "sort=best",
        "after=yesterday",
        "confidence=high",
        "cursor=" + "a" * 2001,
        "&".join(f"accent={n}" for n in range(1000)),
        "accent=" + "x" * 101,
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_search(
    client: TestClient, finds: ToldSearch, query: str
) -> None:
    answer = client.get(f"/search?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_request"
    assert finds.asked == []


def test_what_the_search_refuses_is_a_400_too(client: TestClient, finds: ToldSearch) -> None:
    finds.says = InvalidRequest("A range looks like 5-10, 5- or -10.")
    answer = client.get("/search?q=rain")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "A range looks like 5-10, 5- or -10."


def test_a_browser_asks_again_so_that_new_recordings_show(client: TestClient) -> None:
    assert "max-age=0" in client.get("/search?q=rain").headers["cache-control"]


def test_suggestions_are_as_many_as_asked_for(client: TestClient) -> None:
    assert client.get("/suggest?q=ra&size=2").json() == {"suggestions": ["ra0", "ra1"]}
    assert client.get("/suggest?size=21").status_code == 400


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("2024-05-01", "2024-05-01"),
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
        ("2024-05-01T12:00:00", "2024-05-01T12:00:00Z"),
        ("2024-05-01T12:00:00+02:00", "2024-05-01T10:00:00Z"),
        ("2024-05-01T12:00:00.5%2B02:00", "2024-05-01T10:00:00.500000Z"),
    ],
)
def test_bounds_may_be_days_or_times(
    client: TestClient, finds: ToldSearch, given: str, asked: str
) -> None:
    assert client.get(f"/search?after={given}&before={given}").status_code == 200
    assert (finds.asked[-1].after, finds.asked[-1].before) == (asked, asked)


@pytest.mark.parametrize(
    "given", ["5", "1714521600", "20240501", "2024", "2024-13-01", "0001-01-01T00:00:00%2B14:00"]
)
def test_a_number_is_no_time(client: TestClient, finds: ToldSearch, given: str) -> None:
    answer = client.get(f"/search?after={given}")
    assert answer.status_code == 400
    assert "2024-05-01T12:00:00Z" in answer.json()["error"]["message"]
    assert finds.asked == []
