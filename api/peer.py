"""Who is at the other end of a connection, and which client a proxy speaks for.

uvicorn by itself replaces the address of a peer on this machine by what `X-Forwarded-For` says, whoever wrote that. So an
address that stands in the header may be the peer's, or one that a peer among `FORWARDED_ALLOW_IPS` put there: a header of
identity is believed only where both readings are of our proxies.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import Scope

_TRUSTED_BY_UVICORN = "127.0.0.1"
_NO_PORT = 0


def is_proxy(scope: Scope, addresses: Iterable[str]) -> bool:
    """Whether the connection comes from one of these addresses or networks, whatever its headers say."""
    known = list(addresses)
    peers = _peers(scope)
    return bool(peers) and all(_is_among(peer, known) for peer in peers)


def client_of(scope: Scope, addresses: Iterable[str]) -> str:
    """The address of the client: what proxies at these addresses say, from the last one backwards as long as they are
    ours; else that of the peer."""
    known = list(addresses)
    hops = _hops(scope)
    client = (_peers(scope) or ("",))[0]
    if not is_proxy(scope, known):
        return client
    while hops and _is_among(client, known):
        client = hops.pop()[0]
    return client


def _peers(scope: Scope) -> tuple[str, ...]:
    """The address of the peer; all that it may be, where uvicorn may have put another in its place."""
    host, port = scope.get("client") or ("", _NO_PORT)
    if (host, port) not in _hops(scope):
        return (host,) if host else ()
    trusted = os.environ.get("FORWARDED_ALLOW_IPS", _TRUSTED_BY_UVICORN)
    return tuple(each.strip() for each in trusted.split(",") if each.strip()) or (host,)


def _hops(scope: Scope) -> list[tuple[str, int]]:
    """The addresses and ports of X-Forwarded-For, as uvicorn reads them."""
    headers = Headers(scope=scope).getlist("x-forwarded-for")
    return [_read(hop.strip()) for hop in ",".join(headers).split(",") if hop.strip()]


def _read(hop: str) -> tuple[str, int]:
    """`1.2.3.4`, `1.2.3.4:80`, `::1` or `[::1]:80`; without a port 0."""
    host, _, port = hop.rpartition(":")
    if hop.startswith("["):
        inner, _, rest = hop[1:].partition("]")
        return inner, _number(rest.removeprefix(":"))
    return (host, _number(port)) if hop.count(":") == 1 and port.isdigit() else (hop, _NO_PORT)


def _number(port: str) -> int:
    return int(port) if port.isdigit() else _NO_PORT


def _is_among(peer: str, addresses: Iterable[str]) -> bool:
    try:
        peer_network = (
            ip_network(peer, strict=False) if "/" in peer else ip_network(ip_address(peer))
        )
    except ValueError:  # a name, or uvicorn's `*`
        return False
    networks = (ip_network(each, strict=False) for each in addresses)
    return any(_contains(network, peer_network) for network in networks)


def _contains(network: object, found: object) -> bool:
    try:
        return bool(found.subnet_of(network))  # type: ignore[attr-defined]
    except TypeError:  # one is of IPv4, the other of IPv6
        return False
