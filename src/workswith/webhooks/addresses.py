"""Which addresses a delivery may go to. [C2C-6]

Judged on the address that is about to be dialled, never on a name: whatever a name resolves to,
and whenever that changes, no packet goes to a refused address. Public IPv6 is 2000::/3; all else is
refused without being listed.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network

from .settings import Reach

LOOPBACK = "loopback"

_V4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "carrier-grade NAT"),
        ("127.0.0.0/8", LOOPBACK),
        ("168.63.129.16/32", "cloud metadata"),
        ("169.254.0.0/16", "link-local, cloud metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.31.196.0/24", "AS112"),
        ("192.52.193.0/24", "AMT relays"),
        ("192.88.99.0/24", "6to4 relays"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "AS112"),
        ("198.18.0.0/15", "benchmarks"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved, broadcast"),
    )
)
_V6 = tuple(
    (ip_network(network), reason)
    for network, reason in (
        ("::1/128", LOOPBACK),
        ("::/128", "unspecified"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("2001::/23", "protocol assignments, Teredo, ORCHID"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("2620:4f:8000::/48", "AS112"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_PUBLIC_V6 = ip_network("2000::/3")


def refused(address: str, reach: Reach) -> str | None:
    """Why ``address`` (a literal, with or without a zone) may not be dialled, or ``None``."""
    if reach == "any":
        return None
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return "not an address"
    reason = _reason(ip)
    return None if reason == LOOPBACK and reach == "loopback" else reason


def _reason(ip: IPv4Address | IPv6Address) -> str | None:
    if isinstance(ip, IPv4Address):
        return next((reason for network, reason in _V4 if ip in network), None)
    listed = next((reason for network, reason in _V6 if ip in network), None)
    return listed or (None if ip in _PUBLIC_V6 else "not public")
