"""Where reading is not public: the page asks who comes, says who is there, and lets them leave."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage

FORGIVE = "Failed to load resource"


def closed(page: Page, fake_url: str, reading: str) -> dict[str, Any]:
    """Close the API to this page until `state["name"]` is set."""
    state: dict[str, Any] = {"name": None, "sent": []}

    def api(route: Route) -> None:
        if state["name"]:
            route.fallback()
        else:
            route.fulfill(status=403, content_type="text/xml", body="<Error/>")

    def auth(route: Route) -> None:
        what = urlsplit(route.request.url).path.removeprefix("/auth/")
        state["sent"].append((what, route.request.post_data, route.request.url))
        if what == "key":
            if json.loads(route.request.post_data or "")["key"] != "ek_right":
                error = {"error": {"code": "unauthorized", "message": "This key is not valid."}}
                route.fulfill(status=401, json=error)
                return
            state["name"] = "archive team"
            page.context.add_cookies([{"name": "earshot-signed-in", "value": "1", "url": fake_url}])
        if what == "logout":
            state["name"] = None
            page.context.clear_cookies()
            route.fulfill(json={"to": "/?q=farewell"})
        elif what == "login":
            route.fulfill(content_type="text/html", body="<h1>The provider</h1>")
        else:
            known = {"name": state["name"], "may": ["read"]} if state["name"] else {}
            route.fulfill(status=200 if known else 401, json={"reading": reading, **known})

    page.route("**/api/**", api)
    page.route("**/auth/**", auth)
    return state


def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back_here(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(fake_url, forgive=FORGIVE)
    closed(page, fake_url, "sign-in")
    page.goto(f"{fake_url}/?q=river&sort=newest")
    expect(page.get_by_role("heading", name="The provider")).to_be_visible()
    query = parse_qs(urlsplit(page.url).query)
    assert query == {"to": ["/?q=river&sort=newest"]}


def test_who_comes_back_without_a_session_is_not_sent_round_for_ever(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(fake_url, forgive=FORGIVE)
    closed(page, fake_url, "sign-in")
    page.goto(f"{fake_url}/?q=river")
    expect(page.get_by_role("heading", name="The provider")).to_be_visible()
    page.goto(f"{fake_url}/?q=river")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_key_opens_the_page_and_signing_out_closes_it(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url, forgive=FORGIVE)
    state = closed(page, fake_url, "key")
    page.goto(f"{fake_url}/?q=lavender")
    field = page.get_by_label("Key that the operator gave you")
    field.fill("ek_wrong")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text("This key is not valid.")
    field.fill("ek_right")
    page.get_by_role("button", name="Open").click()
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".who-name")).to_have_text("archive team")
    page.get_by_role("button", name="Sign out").click()
    expect(field).to_be_visible()
    assert [what for what, *_ in state["sent"]].count("logout") == 1
    expect(page.locator(".who")).to_be_hidden()


def test_a_name_is_text_and_never_markup(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url, forgive=FORGIVE)
    state = closed(page, fake_url, "sign-in")
    state["name"] = "<img src=x onerror=alert(1)>"
    page.context.add_cookies([{"name": "earshot-signed-in", "value": "1", "url": fake_url}])
    page.goto(fake_url)
    expect(page.locator(".who-name")).to_have_text("<img src=x onerror=alert(1)>")


def test_where_everybody_may_read_nobody_is_asked(open_page: OpenPage, fake_url: str) -> None:
    asked: list[str] = []
    page = open_page(fake_url)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{fake_url}/?q=lavender")
    expect(page.locator(".hit")).to_have_count(1)
    assert not [one for one in asked if "/auth/" in one]
    expect(page.locator(".who")).to_be_hidden()
