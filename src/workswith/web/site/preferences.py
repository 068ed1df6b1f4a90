"""Light or dark, and the language: choices of the browser, kept in cookies, made without script."""

from starlette.responses import Response
from starlette.routing import Route

from . import cookies, language
from .pages import page
from .paths import own_path
from .visit import Visit

THEMES = ("light", "dark", "")


async def choose(visit: Visit) -> Response:
    """Keeps what was chosen and goes back to where it was chosen."""
    theme = visit.form.get("theme")
    if theme in THEMES:
        visit.keep(cookies.THEME, str(theme), cookies.YEAR_SECONDS if theme else 0)
    if visit.typed("lang") in language.languages():
        visit.keep(cookies.LANGUAGE, visit.typed("lang"), cookies.YEAR_SECONDS)
    return visit.go(own_path(visit.typed("return_to"), "/"))


ROUTES = [Route("/preferences", page(choose), methods=["POST"])]
