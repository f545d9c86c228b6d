"""Reading by key, on the stack on which people signed in before: the last that is done to it."""

from datetime import UTC, datetime

from earshot.access.keys import Scope, mint
from earshot.access.store import Keys
from earshot.cli.outputs import Outputs
from tests.pipeline.conftest import PRIVATE_READS as READS
from tests.pipeline.conftest import Private, browser, sign_in, statuses


def test_where_reading_needs_a_key_the_page_asks_for_one(
    private_stack: Outputs, private: Private
) -> None:
    with browser(private_stack) as signed_in:
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
