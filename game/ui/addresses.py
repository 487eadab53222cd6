"""Where a request comes from, as far as anything in it can be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

LOCAL = ""
"""The address of the machine itself, which is limited in nothing."""


def client_address(peer: str | None, forwarded: Sequence[str], *, behind_proxy: bool) -> str:
    """The address that limits count by; an IPv6 one by its network, of which one client has all.

    Args:
        peer: who holds the other end of the connection.
        forwarded: the ``X-Forwarded-For`` headers, in order.
        behind_proxy: whether proxies stand in front, as on Spaces. Each of them adds, on
            the right, whom it heard: the rightmost address that is public is the client's, and what
            stands left of it may be made up. Without proxies the header is not looked at.
    """
    if behind_proxy:
        for name in reversed([part.strip() for line in forwarded for part in line.split(",")]):
            address = _parse(name)
            if address is not None and address.is_global:
                return _counted(address)
    address = _parse(peer or "")
    return LOCAL if address is None or address.is_loopback else _counted(address)


def _parse(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _counted(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))
