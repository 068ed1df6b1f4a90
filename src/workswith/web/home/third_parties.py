"""Account → Third-party access: which applications reach the homes, and the end of that. [END-2 OID-9]"""

from starlette.responses import Response
from starlette.routing import Route

from workswith.identity.linking import APPS
from workswith.identity.scopes import BY_NAME
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit


async def listing(visit: Visit) -> Response:
    """Every consent in force."""
    every = await visit.services.consents.of_account(visit.account.id)
    consents = paging.leaf(
        visit,
        "/account/third-party-access",
        every,
        lambda one: f"{one.name} {one.vendor}",
        size=paging.CARDS,
    )
    linked = await visit.services.links.of_account(visit.account.id)
    return visit.render(
        "home/third_parties.html", consents=consents, scopes=BY_NAME, linked=linked, apps=APPS
    )


async def revoke(visit: Visit) -> Response:
    """Ends one: its tokens fail and its notifications stop from this moment on."""
    client_id = visit.parameter("client")
    application = await visit.services.applications.known(client_id)
    await visit.services.consents.revoke(visit.account.id, client_id)
    name = application.name if application else client_id
    visit.say(_("%s no longer reaches your homes.") % name)
    return visit.go("/account/third-party-access")


ROUTES = [
    Route("/account/third-party-access", account(listing)),
    Route("/account/third-party-access/{client}/revoke", account(revoke), methods=["POST"]),
]
