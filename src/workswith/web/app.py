"""All pages: sign-in, home, developer portal."""

from starlette.applications import Starlette

from . import home, portal, signin
from .site import app
from .site.services import Services


def create(services: Services) -> Starlette:
    """The whole site. It also answers ``/authorize``, whose screens are pages."""
    routes = [
        *signin.ROUTES,
        *home.ROUTES,
        *portal.ROUTES,
    ]
    return app.create(services, routes)
