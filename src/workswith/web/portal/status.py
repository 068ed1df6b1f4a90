"""What works now, from real checks, for everybody: nothing here names a person or a machine. [PRT-1]"""

import asyncio
from typing import Literal, NamedTuple

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.gateways.desk import reached
from workswith.identity.keys import current_since
from workswith.kernel.clock import MINUTE
from workswith.kernel.database import Database, DatabaseAway, query
from workswith.web.site.language import _
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit
from workswith.webhooks.figures import figures

State = Literal["good", "slow", "down"]

ANSWER_SECONDS = 2.0
SLOW_SECONDS = 0.25
LATE = MINUTE
"""A notification that has been due for so long is late; one for ten times as long is stuck."""
_ASK = query(int, "SELECT 1")


class Check(NamedTuple):
    """``detail`` says it in numbers."""

    name: str
    state: State
    detail: str


async def show(visit: Visit) -> Response:
    checks = await _checks(visit)
    worst = next((w for w in ("down", "slow") if any(c.state == w for c in checks)), "good")
    return visit.render("portal/status.html", 200, checks=checks, worst=worst, at=visit.now)


async def _checks(visit: Visit) -> list[Check]:
    database = visit.services.database
    first = await _database(database)
    served = Check(
        _("APIs"), "good", _("%(count)d are served") % {"count": len(visit.services.apis)}
    )
    if first.state == "down":
        return [first]
    return [
        served,
        first,
        await _keys(database),
        await _notifications(database, visit.now),
        await _gateways(database),
    ]


async def _database(database: Database) -> Check:
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await database.one(_ASK)
    except (DatabaseAway, TimeoutError):
        return Check(_("Database"), "down", _("does not answer"))
    took = loop.time() - began
    state: State = "good" if took < SLOW_SECONDS else "slow"
    return Check(_("Database"), state, _("answered in %(ms)d ms") % {"ms": round(took * 1000)})


async def _keys(database: Database) -> Check:
    """Without a current signing key nobody can sign in."""
    since = await current_since(database)
    if since is None:
        return Check(_("Sign-in"), "down", _("there is no signing key"))
    return Check(_("Sign-in"), "good", _("signs tokens"))


async def _notifications(database: Database, now: int) -> Check:
    found = await figures(database, now)
    lag = found.lag_ms
    state: State = "good" if lag < LATE else "slow" if lag < 10 * LATE else "down"
    due = found.due + found.unrelayed
    said = _("%(due)d are due, the longest for %(seconds)d s") if due else _("none is due")
    detail = said % {"due": due, "seconds": lag // 1000}
    return Check(_("Notifications"), state, detail)


async def _gateways(database: Database) -> Check:
    """Gateways are in people's homes: some are always away, all at once is our fault."""
    online, every = await reached(database)
    state: State = "slow" if every > 1 and not online else "good"
    detail = _("%(online)d of %(all)d are connected") % {"online": online, "all": every}
    return Check(_("Gateways"), state, detail)


ROUTES = [Route("/status", page(show), methods=["GET"])]
