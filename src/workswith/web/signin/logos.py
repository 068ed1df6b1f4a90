"""The logos of applications, which consent pages show. [OID-2]

They are pictures of formats that `identity` has checked; should one be something else after all, it
still runs nothing: ``nosniff``, and a policy that allows nothing.
"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.web.site.headers import POLICY
from workswith.web.site.pages import page
from workswith.web.site.visit import Visit


async def show(visit: Visit) -> Response:
    """The picture."""
    logo = await visit.services.applications.logo(visit.parameter("client"))
    if logo is None:
        raise HTTPException(404)
    return Response(
        logo.data,
        media_type=logo.media_type,
        headers={POLICY: "default-src 'none'; sandbox", "cache-control": "private, max-age=300"},
    )


ROUTES = [Route("/logos/{client}", page(show))]
