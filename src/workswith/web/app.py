"""All pages: sign-in, home, account, developer portal, the operator's office."""

from starlette.applications import Starlette

from . import account, home, office, portal, signin, testing
from .site import app
from .site.services import Services


def create(services: Services) -> Starlette:
    """The whole site. It also answers ``/authorize``, whose screens are pages."""
    routes = [
        *signin.ROUTES,
        *home.ROUTES,
        *account.ROUTES,
        *office.ROUTES,
        *portal.ROUTES,
        *(testing.ROUTES if services.testing is not None else ()),
    ]
    return app.create(services, routes)
