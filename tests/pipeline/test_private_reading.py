"""Reading by sign-in and by key, on a stack of its own: who gets at what, and who does not.

A real provider stands beside it, and the stand-in for CloudFront checks the cookies.
"""

import httpx

from earshot.access.keys import Scope, mint
from earshot.access.session import COOKIE
from earshot.access.store import Keys
from earshot.cli.outputs import Outputs
from tests.pipeline.conftest import PRIVATE_ID as IDENTITY
from tests.pipeline.conftest import PRIVATE_KEY as KEY
from tests.pipeline.conftest import PRIVATE_READS as READS
from tests.pipeline.conftest import Private, browser, sign_in, statuses


def test_strangers_are_sent_to_sign_in_and_read_and_hear_nothing(private_stack: Outputs) -> None:
    with browser(private_stack) as stranger:
        page = stranger.get("/?q=bread&recording=x")
        assert page.status_code == 302
        assert page.headers["location"] == "/auth/login?to=%2F%3Fq%3Dbread%26recording%3Dx"
        assert statuses(stranger) == dict.fromkeys(READS, 403)
        stranger.cookies.set("CloudFront-Signature", "forged")
        assert statuses(stranger) == dict.fromkeys(READS, 403)
        assert "bread" not in stranger.get(f"/audio/{KEY}").text


def test_the_apis_own_address_wants_a_key_or_a_session(
    private_stack: Outputs, private: Private
) -> None:
    paths = [path.removeprefix("/api") for path in READS if path.startswith("/api")]
    for path in paths:
        assert httpx.get(private_stack.api_url + path, timeout=60).status_code == 401, path
    keys = Keys(private_stack.resource("dynamodb").Table(private_stack.keys_table))
    key, text = mint("program", frozenset({Scope.READ}))
    keys.add(key)
    for given in (text, private_stack.api_key):
        header = {"authorization": f"Bearer {given}"}
        for path in paths:
            answer = httpx.get(private_stack.api_url + path, headers=header, timeout=60)
            assert answer.status_code == 200, path
            assert "public" not in answer.headers.get("cache-control", "")


def test_who_signs_in_reads_and_hears_and_changes_what_their_group_may(
    private_stack: Outputs, private: Private
) -> None:
    upload = {"key": "private/other.mp3", "content_type": "audio/mpeg"}
    with (
        browser(private_stack) as reader,
        browser(private_stack) as editor,
        browser(private_stack) as other,
    ):
        assert sign_in(other, private.provider, "eve").status_code == 403
        assert statuses(other) == dict.fromkeys(READS, 403)

        back = sign_in(reader, private.provider, "ben", "/?q=bread")
        assert (back.status_code, back.headers["location"]) == (303, "/?q=bread")
        assert statuses(reader) == dict.fromkeys(READS, 200)
        assert "<title>Earshot" in reader.get("/?q=bread").text
        assert reader.get(f"/audio/{KEY}", headers={"range": "bytes=0-9"}).status_code == 206
        assert reader.get("/auth/me").json()["name"] == "Ben"
        assert reader.post("/api/uploads", json=upload).status_code == 403
        assert reader.delete(f"/api/recordings/{IDENTITY}").status_code == 403

        sign_in(editor, private.provider, "ada")
        assert editor.post("/api/uploads", json=upload).status_code == 200
        again = editor.post(f"/api/recordings/{IDENTITY}/retranscribe")
        assert again.status_code in (202, 409), "it may be at work already"
        crossed = editor.delete(
            f"/api/recordings/{IDENTITY}", headers={"sec-fetch-site": "cross-site"}
        )
        assert crossed.status_code == 401


def test_who_signs_out_reads_no_more_and_copied_cookies_of_another_site_never_do(
    private_stack: Outputs, private: Private
) -> None:
    with browser(private_stack) as reader:
        sign_in(reader, private.provider, "ben")
        away = reader.post("/auth/logout")
        assert away.json()["to"].startswith(f"{private.provider.url}/oauth2/end_session?")
        assert statuses(reader) == dict.fromkeys(READS, 403)
        assert reader.get("/auth/me").status_code == 401


def test_cookies_of_cloudfront_alone_open_the_sound_and_a_session_alone_nothing_there(
    private_stack: Outputs, private: Private
) -> None:
    """Each door is checked where it is: the API does not believe the CDN's cookies."""
    with browser(private_stack) as reader:
        sign_in(reader, private.provider, "ben")
        cookies = {one.name: one.value or "" for one in reader.cookies.jar}
    session = {COOKIE: cookies.pop(COOKIE)}
    for kept, sound, search in ((cookies, 200, 401), (session, 403, 403)):
        with browser(private_stack) as thief:
            thief.headers["cookie"] = "; ".join(f"{k}={v}" for k, v in kept.items())
            assert thief.get(f"/audio/{KEY}").status_code == sound
            assert thief.get("/api/search?q=bread").status_code == search
