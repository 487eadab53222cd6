from __future__ import annotations

import socket
from typing import Any

import pytest

from game.ui.server import listen
from model.errors import ConfigError


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_a_taken_port_is_said_so() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port} is taken; choose another"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "what"),
    [
        ("no-such-host.invalid", "no such address"),
        ("a" * 70, "no such address"),  # no label of a name is that long
        ("192.0.2.1", "no address of this machine"),
    ],
)
def test_a_host_that_cannot_be_bound_is_said_so(
    host: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_asking(*asked: Any, flags: int, **options: Any) -> Any:
        return getaddrinfo(*asked, flags=flags | socket.AI_NUMERICHOST, **options)

    getaddrinfo = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", without_asking)
    with pytest.raises(ConfigError, match=f"^--host {host}: {what}; use 127.0.0.1"):
        listen(host, free_port())


@pytest.mark.skipif(not has_ipv6_loopback(), reason="no IPv6 here")
@pytest.mark.parametrize(
    ("host", "reached"),
    [("::1", ["::1"]), ("[::1]", ["::1"]), ("::", ["::1", "127.0.0.1"])],
)
def test_ipv6_addresses_are_bound(host: str, reached: list[str]) -> None:
    with listen(host, 0) as listener:
        for address in reached:
            socket.create_connection((address, listener.getsockname()[1]), timeout=5).close()
