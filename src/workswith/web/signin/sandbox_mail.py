"""The mail of a sign-up, where no mail leaves the machine: one click from the page that sent it.

The sandbox's mailbox has the mails of everybody and belongs to whoever holds its token. This page
shows a browser what its own sign-up sent and nothing else: the address stands in a signed cookie,
and of all mails to it only those count that ask to confirm a sign-up; links for a new password and
client secrets never do. So nobody gets into an account that somebody else has.
"""

from base64 import urlsafe_b64decode

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.kernel import mail
from workswith.kernel.ident import b64url
from workswith.web.site import cookies
from workswith.web.site.cookies import Signer
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit

from .places import VERIFY

SECONDS = 3600
LATEST = 20


def remember(visit: Visit, email: str) -> None:
    """The browser has signed up with this address."""
    if visit.services.sandbox:
        packed = b64url(email.strip().lower().encode())
        visit.keep(cookies.NEWCOMER, _signer(visit).sign(packed), SECONDS)


def newcomer(visit: Visit) -> str:
    """The address that this browser signed up with lately; empty without one."""
    packed = _signer(visit).open(visit.cookie(cookies.NEWCOMER))
    return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode() if packed else ""


async def show(visit: Visit) -> Response:
    """The newest first. There is no such page where mails are sent."""
    if not visit.services.sandbox:
        raise HTTPException(404)
    email = newcomer(visit)
    found = await mail.latest(visit.services.database, email, LATEST) if email else []
    start = f"{visit.services.origins.portal}{VERIFY}?"
    shown = [one for one in found if one.link.startswith(start)]
    return visit.render("signin/mail.html", mails=shown, email=email)


def _signer(visit: Visit) -> Signer:
    return Signer(visit.services.key, "newcomer")


ROUTES = [Route("/signup/mail", page(show), methods=["GET"])]
