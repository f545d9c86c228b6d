"""Which addresses on the internet a stranger may have us call, and which lead inside.

A name may resolve to a private address, and to another one a moment later. So what is called is the
address that was checked, never the name again (earshot.outgoing.connection).
"""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from earshot.errors import EarshotError

MAX_URL_CHARS = 2000
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: its last 32 bits are an IPv4 address

Resolve = Callable[..., list[tuple[Any, ...]]]  # as socket.getaddrinfo


class RefusedAddress(EarshotError):
    """An address that must not be called, or that is none."""

    code: ClassVar[str] = "refused_address"
    http_status: ClassVar[int] = 422


def parsed(url: str, local: bool = False) -> SplitResult:
    """The parts of an address that may be called, as far as it can be seen without asking.

    https alone, without a user's name. With `local` plain http to this machine, too, which is for
    a local stack. Raises RefusedAddress.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RefusedAddress("This is no address.") from error
    schemes = ("https", "http") if local else ("https",)
    if len(url) > MAX_URL_CHARS or not parts.hostname or port == 0:
        raise RefusedAddress("This is no address.")
    if not url.isascii() or not url.isprintable() or " " in url:
        raise RefusedAddress("An address is in ASCII, without blanks: quote others (%20).")
    if parts.scheme not in schemes:
        raise RefusedAddress("Only https:// addresses are called.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise RefusedAddress("An address has no user, no password and no fragment here.")
    return parts


def checked(
    parts: SplitResult, local: bool = False, resolve: Resolve = socket.getaddrinfo
) -> list[tuple[str, int]]:
    """Where the host of `parts` is: numeric addresses that may be called, with the port.

    Raises RefusedAddress if one of them leads inside, and OSError if the name can't be resolved.
    """
    port = parts.port or _PORTS[parts.scheme]
    found = resolve(parts.hostname, port, 0, socket.SOCK_STREAM)
    numeric = list(dict.fromkeys(str(one[4][0]) for one in found))
    for one in numeric:
        if not is_public(one) and not (local and _is_loopback(one)):
            raise RefusedAddress("This address is not on the public internet.")
    return [(one, port) for one in numeric]


def check(url: str, local: bool = False, resolve: Resolve = socket.getaddrinfo) -> None:
    """Raise RefusedAddress for an address that can't be called now, for whoever names it."""
    try:
        checked(parsed(url, local), local, resolve)
    except OSError as error:
        raise RefusedAddress("The host of this address can't be found.") from error


def is_public(address: str) -> bool:
    """Whether a numeric address is one that the whole internet can reach.

    Where an IPv6 address carries an IPv4 one, that must be public too.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)))
        if ip.ipv4_mapped or ip.sixtofour or ip.teredo:  # ways through that nobody needs
            return False
    return ip.is_global and not ip.is_multicast


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
