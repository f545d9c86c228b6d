"""Nobody can have us call what is inside, whatever the address looks like or resolves to."""

import socket
from typing import Any

import pytest

from earshot.outgoing.addresses import RefusedAddress, checked, is_public, parsed


def resolving(*addresses: str) -> Any:
    """A resolver that gives these, as getaddrinfo does."""
    return lambda host, port, family, kind: [
        (socket.AF_INET, kind, 6, "", (address, port)) for address in addresses
    ]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "2002:a00:1::", "2001:0:1::1"),
        "not an address",
    ],
)
def test_what_is_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"]
)
def test_what_the_internet_can_reach_is(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "//example.org/x"),
        *("https://", "https:///x", "https://user@example.org/", "https://u:p@example.org/"),
        *("https://example.org/#x", "https://example.org:99999/", "https://example.org:0/"),
        *("https://exämple.org/", "https://example.org/a b", "https://example.org/\r\nx: y"),
        "https://[::1/",
    ],
)
def test_what_is_no_public_https_address_is_refused(url: str) -> None:
    with pytest.raises(RefusedAddress):
        parsed(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]"])
def test_no_way_of_writing_this_machine_is_let_through(host: str) -> None:
    with pytest.raises(RefusedAddress):
        checked(parsed(f"https://{host}/"))


def test_a_name_with_one_inner_address_among_others_is_refused() -> None:
    with pytest.raises(RefusedAddress):
        checked(parsed("https://example.org/"), resolve=resolving("8.8.8.8", "10.0.0.1"))


def test_a_public_name_gives_the_addresses_to_call() -> None:
    found = checked(parsed("https://example.org:8443/"), resolve=resolving("8.8.8.8", "8.8.4.4"))
    assert found == [("8.8.8.8", 8443), ("8.8.4.4", 8443)]


def test_a_local_stack_may_call_this_machine_and_still_nothing_else_inside() -> None:
    assert checked(parsed("http://127.0.0.1:9/", local=True), local=True) == [("127.0.0.1", 9)]
    with pytest.raises(RefusedAddress):
        checked(parsed("http://10.0.0.1/", local=True), local=True)
