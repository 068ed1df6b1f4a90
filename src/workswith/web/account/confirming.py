"""Changes that want a proof that the owner is there: the password, or the company's sign-in anew.

Accounts of people who come through their company have no password. They sign in there once more,
and that counts for some minutes in this browser.
"""

from starlette.responses import Response

from workswith.web.site import cookies
from workswith.web.site.pages import Endpoint, Page, account
from workswith.web.site.visit import Visit


def confirmed(show: Page) -> Endpoint:
    """A page whose form proves its owner. Without a password it shows the way there instead."""

    async def gated(visit: Visit) -> Response:
        accounts, owner = visit.services.accounts, visit.account
        if not await accounts.proofs.has_password(owner.id):
            token = visit.cookie(cookies.CONFIRMED)
            if not token or not await accounts.proofs.is_confirmed(owner.id, token):
                return await _ask(visit)
            visit.confirmation = token
        return await show(visit)

    return account(gated)


async def _ask(visit: Visit) -> Response:
    federation = visit.services.federation
    connected = federation and await federation.connected(visit.account.id)
    return visit.render(
        "account/confirm.html",
        403 if visit.posted else 200,
        label=federation.label if federation and connected else "",
    )
