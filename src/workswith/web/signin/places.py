"""Which door a sign-in leads through: the developer portal, or a place that is open to everybody.

A home owner's account is refused at the portal's door, with the reason. [ACC-2] The door only
decides about that sentence; every developer page asks for itself whom it lets in.
"""

from urllib.parse import urlsplit

from workswith.web.site.paths import own_path
from workswith.web.site.visit import Visit

PORTAL = "/"
HOME = "/home"
VERIFY = "/verify"
"""Where the link of a sign-up leads."""
_OPEN_TO_ALL = ("/home", "/account", "/authorize", "/device", "/end_session", "/office")


def return_path(wanted: str) -> str:
    """Where to go after the sign-in; the portal's front page unless an own path was named."""
    path = own_path(wanted, PORTAL)
    return PORTAL if path.partition("?")[0] in {"/signin", "/signout"} else path


def for_developers_only(path: str) -> bool:
    bare = path.partition("?")[0]
    return not any(bare == place or bare.startswith(place + "/") for place in _OPEN_TO_ALL)


def origin_of(visit: Visit) -> str:
    """The face that the reader came to: cookies of the login service do not reach the portal."""
    origins = visit.services.origins
    here = visit.request.headers.get("host", "")
    return origins.login if here == urlsplit(origins.login).netloc else origins.portal
