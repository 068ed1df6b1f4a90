"""The logos of applications, which consent pages show. [OID-2]

They are pictures that `site.pictures` has drawn; should one be something else after all, it still
runs nothing: ``nosniff``, and a policy that allows nothing. Pages name the application; the answer
leads on to an address with the content's digest, which browsers keep for a year.
"""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workswith.kernel.ident import digest
from workswith.web.site.assets import FOR_EVER
from workswith.web.site.headers import PICTURE, POLICY
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit


async def show(visit: Visit) -> Response:
    """The picture; 404 without one."""
    client_id = visit.parameter("client")
    logo = await visit.services.applications.logo(client_id)
    if logo is None:
        raise HTTPException(404)
    mark = digest(logo.data.hex())[:12]
    if visit.asked("v") != mark:
        where = f"/logos/{client_id}?v={mark}"
        return RedirectResponse(where, 302, {"cache-control": "no-cache"})
    headers = {POLICY: PICTURE, "cache-control": FOR_EVER}
    return Response(logo.data, media_type=logo.media_type, headers=headers)


ROUTES = [Route("/logos/{client}", page(show))]
