"""CloudFront's signed cookies for the emulator, which knows key groups but checks no cookie.

What is refused and how is CloudFront's own:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-signed-cookies.html
"""

import base64
import fnmatch
import json
import time
from collections.abc import Callable, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from xml.etree.ElementTree import Element

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_public_key

POLICY, SIGNATURE, KEY_PAIR_ID = (
    "CloudFront-Policy",
    "CloudFront-Signature",
    "CloudFront-Key-Pair-Id",
)
Answer = tuple[int, Mapping[str, str], bytes]


def refusal(
    keys: Mapping[str, str], cookies: Mapping[str, str], url: str, now: float
) -> str | None:
    """Why CloudFront refuses these cookies for this URL, as its error's code; None if it doesn't.

    `keys` are the public keys in the behavior's key groups, PEM by their ids.
    """
    if KEY_PAIR_ID not in cookies or POLICY not in cookies or SIGNATURE not in cookies:
        return "MissingKey"
    key = keys.get(cookies[KEY_PAIR_ID])
    if key is None:
        return "InvalidKey"
    try:
        policy = _decoded(cookies[POLICY])
        public: Any = load_pem_public_key(key.encode())
        public.verify(_decoded(cookies[SIGNATURE]), policy, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
        (statement,) = json.loads(policy)["Statement"]
        resource, condition = statement["Resource"], statement["Condition"]
        until = condition["DateLessThan"]["AWS:EpochTime"]
        since = condition.get("DateGreaterThan", {}).get("AWS:EpochTime", 0)
    except (ValueError, KeyError, TypeError):
        return "MalformedPolicy"
    except InvalidSignature:
        return "AccessDenied"
    matches = fnmatch.fnmatchcase(url, resource.replace("[", "[[]"))
    return None if matches and since <= now < until else "AccessDenied"


def trusted_groups(config: Element, pattern: str | None) -> Iterable[str]:
    """The ids of the key groups of the behavior with this path pattern; None is the default."""
    for one in config.iter():
        if _name(one) not in ("CacheBehavior", "DefaultCacheBehavior"):
            continue
        found = next((child.text for child in one if _name(child) == "PathPattern"), None)
        if found == pattern:
            groups = (child for child in one if _name(child) == "TrustedKeyGroups")
            return [leaf.text or "" for each in groups for leaf in each.iter() if _is_group(leaf)]
    return []


def install(cloudfront: Any, provisioners: Any) -> None:
    """Teach the emulator's modules: key groups in templates, and cookies at the edge."""
    for kind, store, made, config in (
        ("PublicKey", cloudfront._public_keys, cloudfront._pk_id, "PublicKeyConfig"),
        ("KeyGroup", cloudfront._key_groups, cloudfront._kg_id, "KeyGroupConfig"),
    ):
        provisioners._RESOURCE_HANDLERS[f"AWS::CloudFront::{kind}"] = {
            "create": _creates(cloudfront, store, made, config),
            "delete": lambda physical_id, _, store=store: store.pop(physical_id, None),
        }
    serve = cloudfront.handle_viewer_request

    async def handle(
        dist: Any, method: str, path: str, raw_uri: str, query: str, headers: Any, *rest: Any
    ) -> Any:
        config = cloudfront._dist_config_el(dist)
        behavior = cloudfront._match_behavior(
            cloudfront.parse_distribution_dataplane_config(dist), path
        )
        groups = trusted_groups(config, behavior["path_pattern"]) if behavior else []
        if groups:
            keys = {
                identity: cloudfront._public_keys[identity]["Config"]["EncodedKey"]
                for group in groups
                for identity in cloudfront._key_groups[group]["Config"]["Items"]
            }
            url = f"http://{headers.get('host', '')}{raw_uri}" + (f"?{query}" if query else "")
            if code := refusal(keys, _cookies(headers.get("cookie", "")), url, time.time()):
                return _answer(code)
        return await serve(dist, method, path, raw_uri, query, headers, *rest)

    cloudfront.handle_viewer_request = handle


def _creates(cloudfront: Any, store: Any, new_id: Callable[[], str], config: str) -> Any:
    def create(logical_id: str, props: Mapping[str, Any], stack_name: str) -> Any:
        del logical_id, stack_name
        identity = new_id()
        now = cloudfront._now_iso()
        store[identity] = {
            "Id": identity,
            "ETag": cloudfront.new_uuid(),
            "CreatedTime": now,
            "LastModifiedTime": now,
            "Config": dict(props[config]),
        }
        return identity, {"Id": identity, "LastModifiedTime": now}

    return create


def _answer(code: str) -> Answer:
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>"
    return 403, {"Content-Type": "text/xml", "X-Cache": "Error from cloudfront"}, body.encode()


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: one.value for name, one in SimpleCookie(header).items()}
    except CookieError:
        return {}


def _decoded(value: str) -> bytes:
    return base64.b64decode(value.translate(str.maketrans("-_~", "+=/")), validate=True)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_group(element: Element) -> bool:
    return _name(element) == "KeyGroup" and bool(element.text)
