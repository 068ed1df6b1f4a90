"""How a client secret reaches its owner's eyes exactly once.

The page that makes a secret answers with a redirect. The secret travels to the next page in a
sealed cookie, and that page removes it: a reload does not show it again. [APP-2]
"""

from workswith.web.site.visit import Visit

from . import sealed

COOKIE = "ww_once"
SECONDS = 120


def put(visit: Visit, client_id: str, secret: str) -> None:
    """For the next page about this application."""
    sealed.put(visit, COOKIE, secret, _purpose(visit, client_id), SECONDS)


def take(visit: Visit, client_id: str) -> str:
    """The secret that has just been made for this application; empty ever after."""
    return sealed.take(visit, COOKIE, _purpose(visit, client_id))


def _purpose(visit: Visit, client_id: str) -> str:
    return f"reveal/{visit.account.id}/{client_id}"
