"""Whatever is sent, the answer is one of ours: no 500, no leak, no hang."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.api.raw import Answer, call
from tests.unit.api.stage import AUTHORIZED, SECRETS

# The app keeps nothing between requests, so one serves every example.
quick = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NASTY = [
    *("*", "/.*/", "a AND (", "_source", '"', "\\", "\x00", "\u202e", "🎙" * 50, "%00", "%", "%ZZ"),
    *("../../etc/passwd", "' OR 1=1 --", "{{7*7}}", "${jndi:ldap://x}", "\r\nset-cookie: a=b"),
    *("a" * 10_000, "-1", "1e999", "NaN", "9" * 400, "null", "[]", "\ud7ff", "\ufffe"),
]
text = st.sampled_from(NASTY) | st.text(max_size=60)
PARAMETERS = (
    *("q", "age", "accent", "duration", "confidence", "page", "size", "sort", "cursor"),
    *("key", "prefix", "status", "after", "before", "", "q[]"),
)
READS = (
    *("/search", "/suggest", "/recordings", "/v1/models", "/docs", "/{}"),
    *("/recordings/{}", "/recordings/{}.txt", "/recordings/{}/audio"),
)
parameter = st.sampled_from(PARAMETERS)
reads = st.sampled_from(READS)
header_bytes = st.binary(max_size=60).filter(lambda value: not {10, 13, 0} & set(value))
KEY_HEADER = [(name.encode(), value.encode()) for name, value in AUTHORIZED.items()]


def check(answer: Answer, shape: str = "request_id") -> None:
    assert answer.status != 500, answer.content
    assert not any(secret.encode() in answer.content for secret in SECRETS)
    assert all("\n" not in value and "\r" not in value for value in answer.headers.values())
    if answer.status >= 400:
        assert shape in answer.json()["error"]


@pytest.mark.slow("sixty requests")
@quick
@given(address=reads, name=text, query=st.lists(st.tuples(parameter, text), max_size=8))
def test_reads_survive_any_address(
    app: FastAPI, address: str, name: str, query: list[tuple[str, str]]
) -> None:
    from urllib.parse import urlencode

    path = address.format(name)
    encoded = urlencode(query, errors="surrogatepass").encode()
    shape = "type" if path.startswith("/v1/") else "request_id"
    check(call(app, "GET", path, encoded), shape)


@quick
@given(method=st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "BREW"]), query=st.binary())
def test_any_bytes_may_be_a_query(app: FastAPI, method: str, query: bytes) -> None:
    answer = call(app, method, "/search", query)
    assert answer.status in (200, 400, 405)


@quick
@given(
    content_type=st.sampled_from([b"multipart/form-data; boundary=edge", b"text/plain", b""])
    | header_bytes,
    length=st.none() | st.integers(-5, 10**7).map(lambda n: str(n).encode()) | header_bytes,
    body=st.lists(
        st.binary(max_size=200)
        | st.sampled_from(
            [
                b"--edge\r\n",
                b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
                b'Content-Disposition: form-data; name="prompt"\r\n\r\n',
                b"\r\n--edge--\r\n",
            ]
        ),
        max_size=8,
    ),
)
def test_any_bytes_may_be_an_upload(
    app: FastAPI, content_type: bytes, length: bytes | None, body: list[bytes]
) -> None:
    headers = [*KEY_HEADER, (b"content-type", content_type)]
    if length is not None:
        headers.append((b"content-length", length))
    check(call(app, "POST", "/asr", headers=headers, body=body))
    answer = call(app, "POST", "/v1/audio/transcriptions", headers=headers, body=body)
    check(answer, "type")


json_values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=10,
)


@quick
@given(
    body=json_values
    | st.fixed_dictionaries(
        {"key": text, "content_type": st.just("audio/mpeg") | text}, optional={"age": text}
    )
)
def test_any_json_may_ask_for_an_upload(app: FastAPI, body: Any) -> None:
    headers = [*KEY_HEADER, (b"content-type", b"application/json")]
    content = json.dumps(body).encode()
    answer = call(app, "POST", "/uploads", headers=headers, body=[content])
    if answer.status == 200:
        assert answer.json()["key"] == body["key"]
    else:
        check(answer)


@pytest.mark.slow("sixty requests")
@quick
@given(
    headers=st.lists(
        st.tuples(
            st.sampled_from(
                b"authorization if-none-match accept-encoding cookie host origin range"
                b" access-control-request-method x-request-id".split()
            ),
            header_bytes,
        ),
        max_size=6,
    )
)
def test_any_header_may_come(app: FastAPI, headers: list[tuple[bytes, bytes]]) -> None:
    for method, path in (("GET", "/recordings"), ("OPTIONS", "/ping"), ("POST", "/asr")):
        check(call(app, method, path, headers=headers))


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil", "/recordings//", "/%2e%2e/ping"])
def test_odd_paths_lead_nowhere(app: FastAPI, path: str) -> None:
    assert call(app, "GET", path).status == 404
