"""The stand-in for CloudFront refuses the cookies that CloudFront refuses."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from defusedxml.ElementTree import fromstring

from earshot.access.key_pair import make
from earshot.access.session import pem
from earshot.access.signed_cookies import (
    KEY_PAIR_ID,
    POLICY,
    SIGNATURE,
    _encoded,
    signed_cookies,
)
from scripts.local.private_edge import refusal, trusted_groups
from tests.session_keys import pair

NOW = datetime.now(UTC)
URL = "http://abc.cloudfront.localhost:4566/audio/a%20b.mp3?x=1"
KEYS = {"K1": pem(pair().public)}


def cookies(
    resource: str = "http://abc.cloudfront.localhost:4566/*",
    minutes: float = 15,
    key_id: str = "K1",
    private: str = "",
) -> dict[str, str]:
    until = NOW + timedelta(minutes=minutes)
    return signed_cookies(private or pair().private, key_id, resource, until)


def refused(found: dict[str, str], url: str = URL) -> str | None:
    return refusal(KEYS, found, url, NOW.timestamp())


def test_cookies_that_are_signed_for_the_site_open_all_of_it() -> None:
    assert refused(cookies()) is None
    assert refused(cookies(), "http://abc.cloudfront.localhost:4566/api/search?q=a*b") is None


@pytest.mark.parametrize("missing", [POLICY, SIGNATURE, KEY_PAIR_ID])
def test_all_three_are_needed(missing: str) -> None:
    assert refused({k: v for k, v in cookies().items() if k != missing}) == "MissingKey"
    assert refused({}) == "MissingKey"


def test_cookies_of_another_site_key_or_time_open_nothing() -> None:
    assert refused(cookies("http://other.cloudfront.localhost:4566/*")) == "AccessDenied"
    assert refused(cookies(minutes=-0.1)) == "AccessDenied"
    assert refused(cookies(key_id="K2")) == "InvalidKey"
    assert refused(cookies(private=make().private)) == "AccessDenied"


def test_an_altered_policy_opens_nothing() -> None:
    longer = {"DateLessThan": {"AWS:EpochTime": 4_102_444_800}}
    policy = {"Statement": [{"Resource": "http*://*", "Condition": longer}]}
    altered = cookies() | {POLICY: _encoded(json.dumps(policy).encode())}
    assert refused(altered) == "AccessDenied"
    assert refused(cookies() | {POLICY: "%%%"}) == "MalformedPolicy"


def test_a_behavior_trusts_the_groups_that_it_names_alone() -> None:
    config = fromstring(
        '<C xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><DefaultCacheBehavior>'
        "<TrustedKeyGroups><Enabled>false</Enabled></TrustedKeyGroups></DefaultCacheBehavior>"
        "<CacheBehaviors><Items><CacheBehavior><PathPattern>/api/*</PathPattern>"
        "<TrustedKeyGroups><Items><KeyGroup>G1</KeyGroup></Items></TrustedKeyGroups>"
        "</CacheBehavior></Items></CacheBehaviors></C>"
    )
    assert list(trusted_groups(config, "/api/*")) == ["G1"]
    assert list(trusted_groups(config, None)) == []
