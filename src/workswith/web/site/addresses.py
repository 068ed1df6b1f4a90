"""From where somebody asks, also behind reverse proxies: throttles count by it. [ACC-7]

``X-Forwarded-For`` is written by anybody. Believed is what the operator's own proxies have added, from
the right: the first address that is not one of theirs is the asker's.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

HEADER = "x-forwarded-for"


def asker(peer: str, forwarded: str, proxies: Sequence[str]) -> str:
    """``peer`` is who is connected, ``forwarded`` the header's value, ``proxies`` the addresses and
    networks of our own. Empty if nobody knows.
    """
    if not proxies or not _ours(peer, proxies):
        return peer
    for hop in reversed([part.strip() for part in forwarded.split(",")]):
        if _address(hop) is None:
            return peer  # no proxy of ours writes that
        if not _ours(hop, proxies):
            return hop
        peer = hop
    return peer


def _ours(address: str, proxies: Sequence[str]) -> bool:
    found = _address(address)
    return found is not None and any(found in ip_network(one, strict=False) for one in proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
