"""The homes that an account sees, and one of them with its rooms. [END-1]"""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.homes import furnish
from workswith.devices.plants import Ambient, Plant, ambients_of, modules_of, plant_of, plants_of
from workswith.devices.thermostat import DEVICE
from workswith.devices.twin import Snapshot
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _, lazy
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from .states import Gadget, gadget

OFFERED = {"house": lazy("A house with three thermostats"), "flat": lazy("A flat with one")}
"""Names of `devices.homes.TEMPLATES`."""
MOST = 50
EXPIRED = {Kind.PASSWORD_EXPIRED, Kind.TERMS_EXPIRED}


@dataclass(frozen=True, slots=True)
class Room:
    """An ambient with what is in it; ``ambient`` is ``None`` for modules that stand in no room."""

    ambient: Ambient | None
    thermostats: tuple[Snapshot, ...]
    gadgets: tuple[Gadget, ...]


@dataclass(frozen=True, slots=True)
class Home:
    plant: Plant
    rooms: tuple[Room, ...]


async def listing(visit: Visit) -> Response:
    """All homes, with the temperature of each room."""
    services = visit.services
    owner = visit.account.id
    expired = ""
    plants = await plants_of(services.database, owner)
    try:
        await services.twin.require_app(owner)
        homes = [await _home(visit, plant) for plant in plants]
    except Problem as problem:
        if problem.kind not in EXPIRED:
            raise
        homes, expired = [], problem.kind.value
    return visit.render("home/listing.html", homes=homes, expired=expired, offered=OFFERED)


async def one(visit: Visit) -> Response:
    """One home."""
    owner = visit.account.id
    plant = await plant_of(visit.services.database, owner, visit.parameter("plant"))
    try:
        home = await _home(visit, plant)
    except Problem as problem:
        if problem.kind not in EXPIRED:
            raise
        return visit.go("/home")
    return visit.render("home/one.html", home=home, plant=plant)


async def _home(visit: Visit, plant: Plant) -> Home:
    services, owner = visit.services, visit.account.id
    ambient_of = {
        module.id: module.ambient_id
        for module in await modules_of(services.database, owner, plant.id)
    }
    placed: dict[str | None, list[Snapshot]] = {}
    for snapshot in await services.twin.read_all(owner, plant.id):
        placed.setdefault(ambient_of.get(snapshot.module_id), []).append(snapshot)
    ambients = await ambients_of(services.database, owner, plant.id)
    rooms = [_room(ambient, placed.pop(ambient.id, [])) for ambient in ambients]
    rooms += [_room(None, loose) for loose in placed.values()]
    return Home(plant, tuple(rooms))


def _room(ambient: Ambient | None, snapshots: list[Snapshot]) -> Room:
    return Room(
        ambient,
        tuple(one for one in snapshots if one.device == DEVICE),
        tuple(gadget(one) for one in snapshots if one.device != DEVICE),
    )


async def add(visit: Visit) -> Response:
    """Furnishes a simulated home. [DEV-4]"""
    services, owner = visit.services, visit.account.id
    template = visit.typed("template")
    if template not in OFFERED:
        raise Problem(Kind.MALFORMED, "template_unknown", "There is no such home to have.")
    if len(await plants_of(services.database, owner)) >= MOST:
        raise Problem(
            Kind.CONFLICT, "homes_many", "That is as many simulated homes as one account may have."
        )
    homes = await services.database.write(furnish, owner, services.ident, template, visit.now)
    for home in homes:
        await services.park.welcome(home.plant.id)
    visit.say(_("The home is furnished. Its thermostats report from now on."))
    return visit.go(f"/home/{homes[0].plant.id}")


ROUTES = [
    Route("/home", account(listing), methods=["GET"]),
    Route("/home", account(add), methods=["POST"]),
    Route("/home/{plant}", account(one)),
]
