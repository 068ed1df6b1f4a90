"""The official app's password and terms: when they run out, this is where they are renewed. [END-3]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.app_accounts import accept_terms, renew_password
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit


async def renew(visit: Visit) -> Response:
    """Ends the error 469."""
    await visit.services.database.write(renew_password, visit.account.id)
    visit.say(_("Your password in the app is renewed."))
    return visit.go("/home")


async def accept(visit: Visit) -> Response:
    """Ends the error 470."""
    await visit.services.database.write(accept_terms, visit.account.id)
    visit.say(_("You have accepted the terms."))
    return visit.go("/home")


ROUTES = [
    Route("/account/app/password", account(renew), methods=["POST"]),
    Route("/account/app/terms", account(accept), methods=["POST"]),
]
