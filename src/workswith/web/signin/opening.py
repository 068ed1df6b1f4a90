"""A session begins and ends.

It begins under a new cookie, whatever cookie the browser came with, and so does the browser's own
nonce, so that no form made before the sign-in is worth anything after it.
"""

from workswith.identity.account import Account
from workswith.web.site import cookies
from workswith.web.site.visit import Visit


async def open_session(visit: Visit, account: Account) -> None:
    """Signs the browser in; a session that it had is closed."""
    await _close(visit)
    agent = visit.request.headers.get("user-agent", "")
    value = await visit.services.sessions.open(account.id, user_agent=agent)
    visit.keep(cookies.SESSION, value)
    visit.keep(cookies.VISITOR, "", 0)


async def close_session(visit: Visit) -> None:
    """Signs the browser out."""
    await _close(visit)
    visit.keep(cookies.SESSION, "", 0)
    visit.keep(cookies.VISITOR, "", 0)


async def _close(visit: Visit) -> None:
    value = visit.cookie(cookies.SESSION)
    if value:
        await visit.services.sessions.close(value)
