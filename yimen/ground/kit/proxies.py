"""Who really asks, where one or more proxies stand in front: only what a trusted proxy has seen itself is believed."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@lru_cache(maxsize=64)
def networks(said: str) -> tuple[Network, ...]:
    """`10.0.0.5, 10.1.0.0/24` as networks; raises ValueError with the part that is none, or that means everybody."""
    found = []
    for part in filter(None, (part.strip() for part in said.split(","))):
        try:
            network = ipaddress.ip_network(part)
        except ValueError:
            raise ValueError(part) from None
        if network.prefixlen == 0:
            raise ValueError(part)
        found.append(network)
    return tuple(found)


@lru_cache(maxsize=4096)
def client_of(peer: str, forwarded_for: str, trusted: tuple[str, ...]) -> str | None:
    """The nearest address that is no trusted proxy, reading `X-Forwarded-For` from its end; None where there is none.

    Each proxy appends whom it saw, so the end is what our own proxies wrote and the beginning what anybody may invent.
    """
    address, hops = _address(peer), forwarded_for.split(",") if forwarded_for else []
    while address is not None and hops and is_trusted(str(address), trusted):
        nearer = _address(hops.pop())
        if nearer is None:
            break
        address = nearer
    return str(address) if address else None


@lru_cache(maxsize=4096)
def is_trusted(peer: str, trusted: tuple[str, ...]) -> bool:
    """Whether this address is one of our proxies."""
    address = _address(peer)
    return address is not None and any(address in network for network in networks(",".join(trusted)))


def _address(said: str) -> Address | None:
    """An address as proxies write it: with brackets or a port, or an IPv4 one in the clothes of IPv6."""
    said = said.strip()
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
