"""Who asks: the name of a client, made of addresses; what one client may use is `worker`.

A client is an address, for there are no accounts; of IPv6 the /64 network, which is what one client has.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

_LONGEST = 64


def name_client(peer: str, forwarded_for: str = "", proxies: int = 0) -> str:
    """The address of the peer, or what the outermost of our own proxies saw.

    >>> name_client("10.0.0.1", "6.6.6.6, 192.0.2.7", proxies=1), name_client("::ffff:192.0.2.7")
    ('192.0.2.7', '192.0.2.7')
    >>> name_client("2001:db8::1"), name_client("10.0.0.1", "6.6.6.6")
    ('2001:db8::/64', '10.0.0.1')

    Args:
        forwarded_for: the header X-Forwarded-For.
        proxies: how many there are; each adds its peer at the end of the header. What stands further left was
            written by who knows whom. Where the header is shorter, somebody came past them.
    """
    hops = forwarded_for.split(",")
    if 0 < proxies <= len(hops) and (client := _name(hops[-proxies].strip()[:_LONGEST])):
        return client
    return _name(peer) or peer[:_LONGEST]


@lru_cache(maxsize=1_024)
def network_of(client: str) -> str:
    """The network of a client, for what is written down: too large to point to somebody. Empty where it has none.

    >>> network_of("192.0.2.7"), network_of("2001:db8:1:2::/64"), network_of("nobody")
    ('192.0.2.0/24', '2001:db8:1::/48', '')

    Args:
        client: as `name_client` gives it.
    """
    try:
        address = ip_address(client.partition("/")[0])
    except ValueError:
        return ""
    return str(ip_network((address, 48 if isinstance(address, IPv6Address) else 24), strict=False))


@lru_cache(maxsize=1_024)
def _name(address: str) -> str:
    """The name of an address, with or without a port; empty where it is none."""
    if address.startswith("["):
        address = address[1:].partition("]")[0]
    elif address.count(":") == 1:
        address = address.partition(":")[0]
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
    return str(found)
