"""Pages as an ASGI application."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from workswith.kernel.database import DatabaseAway

from . import branding, preferences
from .headers import Headers
from .pages import lost, unavailable
from .services import Services
from .site import Site


def create(services: Services, routes: Sequence[BaseRoute]) -> Starlette:
    """The site with these pages."""
    site = Site(services)
    app = Starlette(
        routes=[
            Route("/static/{name}", site.assets.serve),
            *preferences.ROUTES,
            *branding.ROUTES,
            *routes,
        ],
        middleware=[Middleware(Headers, services=services)],
        exception_handlers={HTTPException: lost, DatabaseAway: unavailable},
    )
    app.state.site = site
    return app
