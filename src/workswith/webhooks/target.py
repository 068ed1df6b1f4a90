"""What an endpoint's address may look like. [C2C-1]

Stricter than URL parsers are, because what two parsers read differently is where tricks live:
printable ASCII only, no user information, no fragment, a host name or a canonical address.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from workswith.kernel.problem import Kind, Problem

from .addresses import refused
from .settings import Reach

LONGEST = 2_000
_PORTS = {"https": 443, "http": 80}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_FIELD = "EndPointUrl"


@dataclass(frozen=True, slots=True)
class Target:
    """Where to post: ``path`` includes the query."""

    tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of ``Host`` (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (
            host if self.port == _PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"
        )


def parse(url: str, *, allow_http: bool = False) -> Target:
    """Reads an endpoint's address. Raises a `Problem` of kind MALFORMED that says what is wrong."""
    if len(url) > LONGEST:
        raise _bad("url_too_long", f"The address has more than {LONGEST} characters.")
    if not url or not all("!" <= char <= "~" for char in url) or "\\" in url:
        raise _bad(
            "url_characters",
            "The address may only have printable ASCII characters and no backslash.",
            "Write other characters percent-encoded, and the host in Punycode.",
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad("url_invalid", "This is not a web address.") from None
    if parts.scheme not in (("https", "http") if allow_http else ("https",)):
        raise _bad("https_only", "Only https addresses can be notified.")
    if "@" in parts.netloc:
        raise _bad("url_user_information", "The address may not carry a user name or password.")
    if "[" in parts.netloc and ":" not in (parts.hostname or ""):
        raise _bad("url_host", "Only an IPv6 address stands in brackets.")
    if "#" in url:
        raise _bad("url_fragment", "The address may not have a fragment.")
    host = _host(parts.hostname or "")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if port == 0:
        raise _bad("url_invalid", "Port 0 cannot be reached.")
    return Target(parts.scheme == "https", host, port or _PORTS[parts.scheme], path)


def require_reachable(target: Target, reach: Reach) -> None:
    """Refuses early what the sender would refuse later: literal addresses and ``localhost``."""
    name = target.host.rstrip(".")
    literal = "127.0.0.1" if name == "localhost" or name.endswith(".localhost") else target.host
    try:
        ip_address(literal)
    except ValueError:
        return  # a name: judged each time it is resolved
    if reason := refused(literal, reach):
        raise _bad("url_not_public", f"This address cannot be notified: {reason}.")


def _host(host: str) -> str:
    try:
        ip = ip_address(host)
    except ValueError:
        pass
    else:
        if "%" in host:
            raise _bad("url_host", "The address may not name a zone.")
        return ip.compressed if isinstance(ip, IPv6Address) else str(ip)
    labels = host.removesuffix(".").split(".")
    # A last label of digits is an IPv4 address in one of its odd spellings (RFC 3986 section 7.4).
    if (
        len(host) > 253
        or not all(_LABEL.fullmatch(label) for label in labels)
        or re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1], re.IGNORECASE)
    ):
        raise _bad("url_host", "The address needs a valid host name.")
    return host


def _bad(code: str, detail: str, hint: str = "") -> Problem:
    return Problem(Kind.MALFORMED, code, detail, hint=hint, field=_FIELD)
