"""The design system on a page of its own: tokens as the stylesheet has them, components as templates call them.

What is shown is the call that is printed beside it, so that the two cannot differ. The page is for who
writes pages, and in English as all documentation is.
"""

from functools import cache
from typing import NamedTuple

from jinja2 import Environment, Template
from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from workswith.web.site import assets, language
from workswith.web.site.colours import contrast
from workswith.web.site.pages import page
from workswith.web.site.tokens import (
    NEEDED_SHAPE,
    NEEDED_TEXT,
    SHAPES_ON,
    TEXT_ON,
    Tokens,
    tokens,
)
from workswith.web.site.visit import Visit

from .design_parts import PARTS, Part, samples

_IMPORT = '{% import "components.html" as ui %}'


class Pair(NamedTuple):
    """A colour on a ground: the ratios, and what is needed."""

    ink: str
    ground: str
    light: float
    dark: float
    needed: float


async def show(visit: Visit) -> Response:
    found = _tokens()
    return visit.render(
        "portal/design.html",
        tokens=found,
        pairs=_pairs(found),
        parts=[(one, _shown(visit, one)) for one in PARTS],
    )


def _shown(visit: Visit, part: Part) -> list[Markup]:
    """In English, as the text around them."""
    reader = language.current.set(language.SOURCE)
    try:
        return [_run(visit, call) for call in part.calls]
    finally:
        language.current.reset(reader)


def _run(visit: Visit, call: str) -> Markup:
    shown = _compiled(visit.site.templates, call).render(guard=visit.guard, **samples())
    return Markup(shown)  # noqa: S704  the calls of `PARTS`, whose values the environment escapes


@cache
def _compiled(environment: Environment, call: str) -> Template:
    return environment.from_string(_IMPORT + call)


@cache
def _tokens() -> Tokens:
    return tokens((assets.FOLDER / "workswith.css").read_text("utf-8"))


def _pairs(found: Tokens) -> list[Pair]:
    return [
        Pair(
            ink,
            ground,
            contrast(found.colours[ink].light, found.colours[ground].light),
            contrast(found.colours[ink].dark, found.colours[ground].dark),
            needed,
        )
        for table, needed in ((TEXT_ON, NEEDED_TEXT), (SHAPES_ON, NEEDED_SHAPE))
        for ink, grounds in table
        for ground in grounds
    ]


ROUTES = [Route("/design", page(show), methods=["GET"])]
