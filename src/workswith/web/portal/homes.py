"""Homes for testing: what a developer has, makes, operates, and lets go wrong, on one page. [DEV-4]

The clock and the faults are the sandbox's; in production there are none, and whether there are such
homes at all is a setting.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.plants import Plant
from workswith.kernel.problem import Kind, Problem
from workswith.web.home.words import TEMPLATES
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import developer
from workswith.web.site.visit import Visit
from workswith.web.testing.pages import SPANS

from . import own, visible

PATH = "/homes"
STATES = "state"
"""The place of faults that strike homes and people rather than calls."""


@dataclass(frozen=True, slots=True)
class TestHome:
    """``api`` is the address of the API that reaches it; empty where it is not served."""

    plant: Plant
    modules: int
    api: str
    owned: bool

    __test__ = False


async def show(visit: Visit) -> Response:
    return await _show(visit)


async def create(visit: Visit) -> Response:
    """Ends at the list, where the new home stands."""
    if not offered(visit):
        raise Problem(Kind.FORBIDDEN, "homes_off", "Homes for testing are switched off here.")
    try:
        made = await visit.services.homes.create(
            visit.account.id, visit.typed("template"), visit.typed("name").strip()
        )
    except Problem as problem:
        if problem.field not in {"name", "template"} and problem.kind is not Kind.CONFLICT:
            raise
        return await _show(visit, problem)
    visit.say(_("The home is furnished. Its devices report from now on."))
    return visit.go(f"{PATH}#home-{made[0].plant.id}")


def offered(visit: Visit) -> bool:
    """Whether homes for testing can be made here."""
    where = visit.services.settings.test_homes
    return where == "everywhere" or (where == "sandbox" and visit.services.sandbox)


async def _show(visit: Visit, problem: Problem | None = None) -> Response:
    homes = paging.leaf(visit, PATH, await _homes(visit), lambda one: one.plant.name)
    return visit.render(
        "portal/homes.html",
        422 if problem else 200,
        offered=offered(visit),
        homes=homes,
        templates=TEMPLATES,
        problem=problem,
        name=visit.typed("name")[:100],
        chosen=visit.typed("template") or next(iter(TEMPLATES)),
        **await _testing(visit),
    )


async def _homes(visit: Visit) -> list[TestHome]:
    documents = await visible.documents(visit)
    found = []
    for one in await own.plants(visit):
        slugs = [d.slug for d in documents if d.slug.replace("-", "_").startswith(one.plant.api)]
        path = f"/apis/{slugs[0]}" if slugs else ""
        owned = one.plant.owner_id == visit.account.id
        found.append(TestHome(one.plant, len(one.modules), path, owned))
    return found


async def _testing(visit: Visit) -> dict[str, Any]:
    """The sandbox's clock and faults; nothing elsewhere."""
    testing, settings = visit.services.testing, visit.services.settings
    if testing is None:
        return {"clock": None, "packs": [], "kinds": [], "faults": [], "things": []}
    things = [(one.plant, one.modules) for one in await own.plants(visit)]
    mine = {plant.id for plant, _modules in things}
    mine |= {module.id for _plant, modules in things for module in modules}
    return {
        "clock": testing.clock() if settings.test_clock else None,
        "spans": SPANS,
        "packs": [
            one for one in testing.packs() if settings.test_clock or not one["moves_the_clock"]
        ],
        "kinds": testing.kinds(),
        "faults": [one for one in testing.listed() if mine & set(one["where"].values())],
        "things": things,
    }


ROUTES = [
    Route(PATH, developer(show), methods=["GET"]),
    Route(PATH, developer(create), methods=["POST"]),
]
