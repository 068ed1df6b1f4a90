"""The host names of the original cloud, which a sandbox can answer in its place. [SBX-4]

Programs that others published have these names built in. Nothing here changes how this machine
resolves names: that is done by its owner, or for one program alone.
"""

from dataclasses import dataclass

PORTAL = "portal.developer.legrand.com"
LOGIN = "partners-login.eliotbylegrand.com"
API = "api.developer.legrand.com"
PORT = 443
"""The only port that such programs know."""


@dataclass(frozen=True, slots=True)
class OriginalHost:
    """One name, and what programs expect there."""

    name: str
    purpose: str


TABLE = (
    OriginalHost(API, "the APIs behind the gateway"),
    OriginalHost(LOGIN, "/authorize and /token"),
    OriginalHost(PORTAL, "the developer portal"),
    OriginalHost("developer.legrand.com", "the portal's earlier name"),
    OriginalHost("login.eliotbylegrand.com", "the login service's earlier name"),
)
NAMES = tuple(host.name for host in TABLE)
CONSTRAINTS = (
    "developer.legrand.com",
    "partners-login.eliotbylegrand.com",
    "login.eliotbylegrand.com",
)
"""What an authority for these names may vouch for, with all names below each (RFC 5280 section
4.2.1.10); never the rest of the owner's domains."""
