"""The mail of a sign-up, where no mail leaves the machine: one click from the page that sent it.

The sandbox's mailbox has the mails of everybody and belongs to whoever holds its token. This page
shows a browser what its own sign-up sent and nothing else: its signed cookie has the address,
and of all mails to it only those count that ask to confirm a sign-up; links for a new password and
client secrets never do. So nobody gets into an account that somebody else has.
"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel import mail
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from . import newcomer, places

LATEST = 20


async def show(visit: Visit) -> Response:
    """The newest first. There is no such page where mails are sent."""
    if not visit.services.sandbox:
        raise HTTPException(404)
    remembered = newcomer.known(visit)
    email = remembered.email if remembered else ""
    found = await mail.latest(visit.services.database, email, LATEST) if email else []
    start = f"{places.origin_of(visit)}{places.VERIFY}?"
    shown = [one for one in found if one.link.startswith(start)]
    return visit.render("signin/mail.html", mails=shown, email=email)


ROUTES = [Route("/signup/mail", page(show), methods=["GET"])]
