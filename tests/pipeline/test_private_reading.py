"""Reading by sign-in and by key, on a stack of its own: who gets at what, and who does not.

A real provider stands beside it, and the stand-in for CloudFront checks the cookies.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from earshot.access.key_pair import secret_name
from earshot.access.keys import Scope, mint
from earshot.access.session import COOKIE
from earshot.access.store import Keys
from earshot.cli.outputs import Outputs
from earshot.cli.waiting import wait_for
from earshot.recordings.ids import recording_id
from scripts.local import stack as local_stack
from tests.oidc_provider import Provider, running
from tests.session_keys import pair

KEY = "private/morning-bread.mp3"
IDENTITY = recording_id(KEY)
READS = (
    "/api/search?q=bread",
    "/api/suggest?q=br",
    "/api/recordings",
    f"/api/recordings/{IDENTITY}",
    f"/api/recordings/{IDENTITY}.txt",
    f"/audio/{KEY}",
)
PATIENCE = 240


@dataclass(frozen=True)
class Private:
    """The stack, and how to bring it into another kind of reading."""

    home: Path
    provider: Provider

    def deploy(self, reading: str) -> Outputs:
        settings = {
            "local_private": "true",
            "reading": reading,
            "session_key": pair().public,
            "sign_in_issuer": self.provider.url,
            "sign_in_client_id": "earshot",
            "sign_in_readers": "readers",
            "bulk": "false",
        }
        return local_stack.up(print, home=self.home, settings=settings)


def browser(stack: Outputs) -> httpx.Client:
    """A browser, as far as cookies go. It sends secure ones over loopback, as browsers do."""
    host = httpx.URL(stack.site_url)

    def with_cookies(request: httpx.Request) -> None:
        if kept := [f"{one.name}={one.value}" for one in client.cookies.jar]:
            request.headers["cookie"] = "; ".join(kept)

    client = httpx.Client(
        base_url=f"http://127.0.0.1:{host.port}",
        headers={"host": host.netloc.decode()},
        timeout=60,
        event_hooks={"request": [with_cookies]},
    )
    return client


def sign_in(client: httpx.Client, provider: Provider, who: str, to: str = "/") -> httpx.Response:
    asked = client.get("/auth/login", params={"to": to})
    assert asked.status_code == 302, asked.text
    back = httpx.URL(provider.sign_in(asked.headers["location"], who))
    assert back.path == "/auth/callback"
    return client.get(back.raw_path.decode())


@pytest.fixture(scope="module")
def private(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Private]:
    home = tmp_path_factory.mktemp("private")
    with running() as provider:
        yield Private(home, provider)
        local_stack.down(print, home)


@pytest.fixture(scope="module")
def stack(private: Private) -> Outputs:
    """With people signing in, and one recording in it."""
    found = private.deploy("sign-in")
    found.client("secretsmanager").create_secret(
        Name=secret_name(pair().public), SecretString=pair().private
    )
    sample = Path(__file__).resolve().parents[2] / "samples" / "morning-bread.mp3"
    found.client("s3").put_object(
        Bucket=found.audio_bucket, Key=KEY, Body=sample.read_bytes(), ContentType="audio/mpeg"
    )
    (ended,) = wait_for([KEY], found, patience=PATIENCE)
    assert ended.recording.failure is None
    return found


def statuses(client: httpx.Client) -> dict[str, int]:
    return {path: client.get(path).status_code for path in READS}


def test_strangers_are_sent_to_sign_in_and_read_and_hear_nothing(stack: Outputs) -> None:
    with browser(stack) as stranger:
        page = stranger.get("/?q=bread&recording=x")
        assert page.status_code == 302
        assert page.headers["location"] == "/auth/login?to=%2F%3Fq%3Dbread%26recording%3Dx"
        assert statuses(stranger) == dict.fromkeys(READS, 403)
        stranger.cookies.set("CloudFront-Signature", "forged")
        assert statuses(stranger) == dict.fromkeys(READS, 403)
        assert "bread" not in stranger.get(f"/audio/{KEY}").text


def test_the_apis_own_address_wants_a_key_or_a_session(stack: Outputs, private: Private) -> None:
    paths = [path.removeprefix("/api") for path in READS if path.startswith("/api")]
    for path in paths:
        assert httpx.get(stack.api_url + path, timeout=60).status_code == 401, path
    keys = Keys(stack.resource("dynamodb").Table(stack.keys_table))
    key, text = mint("program", frozenset({Scope.READ}))
    keys.add(key)
    for given in (text, stack.api_key):
        header = {"authorization": f"Bearer {given}"}
        for path in paths:
            answer = httpx.get(stack.api_url + path, headers=header, timeout=60)
            assert answer.status_code == 200, path
            assert "public" not in answer.headers.get("cache-control", "")


def test_who_signs_in_reads_and_hears_and_changes_what_their_group_may(
    stack: Outputs, private: Private
) -> None:
    upload = {"key": "private/other.mp3", "content_type": "audio/mpeg"}
    with browser(stack) as reader, browser(stack) as editor, browser(stack) as other:
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
    stack: Outputs, private: Private
) -> None:
    with browser(stack) as reader:
        sign_in(reader, private.provider, "ben")
        away = reader.post("/auth/logout")
        assert away.json()["to"].startswith(f"{private.provider.url}/oauth2/end_session?")
        assert statuses(reader) == dict.fromkeys(READS, 403)
        assert reader.get("/auth/me").status_code == 401


def test_cookies_of_cloudfront_alone_open_the_sound_and_a_session_alone_nothing_there(
    stack: Outputs, private: Private
) -> None:
    """Each door is checked where it is: the API does not believe the CDN's cookies."""
    with browser(stack) as reader:
        sign_in(reader, private.provider, "ben")
        cookies = {one.name: one.value or "" for one in reader.cookies.jar}
    session = {COOKIE: cookies.pop(COOKIE)}
    for kept, sound, search in ((cookies, 200, 401), (session, 403, 403)):
        with browser(stack) as thief:
            thief.headers["cookie"] = "; ".join(f"{k}={v}" for k, v in kept.items())
            assert thief.get(f"/audio/{KEY}").status_code == sound
            assert thief.get("/api/search?q=bread").status_code == search


def test_where_reading_needs_a_key_the_page_asks_for_one(stack: Outputs, private: Private) -> None:
    with browser(stack) as signed_in:
        sign_in(signed_in, private.provider, "ben")
        now = private.deploy("key")
        assert signed_in.get("/auth/login").status_code == 404
    keys = Keys(now.resource("dynamodb").Table(now.keys_table))
    key, text = mint("team", frozenset({Scope.READ}))
    keys.add(key)
    with browser(now) as person:
        assert "<title>Earshot" in person.get("/").text, "the page is there to ask"
        assert statuses(person) == dict.fromkeys(READS, 403)
        assert person.post("/auth/key", json={"key": "ek_wrong"}).status_code == 401
        assert statuses(person) == dict.fromkeys(READS, 403)
        assert person.post("/auth/key", json={"key": text}).json()["name"] == "team"
        assert statuses(person) == dict.fromkeys(READS, 200)
        keys.end(key, datetime.now(UTC), revoked=True)
        assert person.post("/auth/renew").status_code == 401
