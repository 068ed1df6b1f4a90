"""The homes that an account sees, one of them with its rooms, and new ones. [END-1]"""

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.link import Outcome
from workswith.devices.plants import Ambient, Plant, ambients_of, modules_of, plant_of, plants_of
from workswith.devices.scenes import Scene, scenes_of
from workswith.devices.thermostat import DEVICE
from workswith.devices.twin import Snapshot
from workswith.kernel.problem import Kind, Problem
from workswith.web.site import paging
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

from .states import Gadget, gadget
from .words import HOMES as KINDS
from .words import ROOMS, SCENES, TEMPLATES

HOMES = 12
"""On a page, each with all its devices."""
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
    scenes: tuple[Scene, ...] = ()

    @property
    def devices(self) -> int:
        return sum(len(room.thermostats) + len(room.gadgets) for room in self.rooms)


async def listing(visit: Visit) -> Response:
    """All homes, with the state of each device."""
    services = visit.services
    owner = visit.account.id
    expired = ""
    every = await plants_of(services.database, owner)
    plants = paging.leaf(visit, "/home", every, lambda one: f"{one.name} {one.id}", size=HOMES)
    try:
        await services.twin.require_app(owner)
        homes = [await home_of(visit, plant) for plant in plants]
    except Problem as problem:
        if problem.kind not in EXPIRED:
            raise
        homes, expired = [], problem.kind.value
    return visit.render(
        "home/listing.html",
        homes=homes,
        kinds=KINDS,
        plants=plants,
        expired=expired,
        invitations=await services.homes.invitations.to(_confirmed_email(visit)),
    )


async def accept(visit: Visit) -> Response:
    """An invitation to share somebody's home."""
    invitation = await visit.services.homes.invitations.accept(
        visit.account.id, _confirmed_email(visit), visit.parameter("invitation")
    )
    visit.say(_("You share %(home)s now.") % {"home": invitation.plant})
    return visit.go(f"/home/{invitation.plant_id}")


async def decline(visit: Visit) -> Response:
    await visit.services.homes.invitations.decline(
        _confirmed_email(visit), visit.parameter("invitation")
    )
    visit.say(_("The invitation is gone."))
    return visit.go("/home")


def _confirmed_email(visit: Visit) -> str:
    """The address that the visitor has proved to own; empty without one."""
    return visit.account.email if visit.account.verified_at else ""


async def one(visit: Visit) -> Response:
    """One home: scenes, rooms, devices."""
    owner = visit.account.id
    plant = await plant_of(visit.services.database, owner, visit.parameter("plant"))
    try:
        home = await home_of(visit, plant)
    except Problem as problem:
        if problem.kind not in EXPIRED:
            raise
        return visit.go("/home")
    return visit.render(
        "home/one.html",
        home=home,
        plant=plant,
        owns=plant.owner_id == owner,
        room_words=ROOMS,
        scene_words=SCENES,
    )


async def home_of(visit: Visit, plant: Plant) -> Home:
    """Rooms that are empty are left out."""
    services, owner = visit.services, visit.account.id
    modules = {one.id: one for one in await modules_of(services.database, owner, plant.id)}
    placed: dict[str | None, list[Snapshot]] = {}
    for snapshot in await services.twin.read_all(owner, plant.id):
        if snapshot.module_id in modules:
            placed.setdefault(modules[snapshot.module_id].ambient_id, []).append(snapshot)
    ambients = await ambients_of(services.database, owner, plant.id)
    rooms: list[tuple[Ambient | None, list[Snapshot]]] = [
        (ambient, placed.pop(ambient.id, [])) for ambient in ambients
    ]
    rooms += [(None, loose) for loose in placed.values()]
    return Home(
        plant,
        tuple(
            Room(
                ambient,
                tuple(one for one in inside if one.device == DEVICE),
                tuple(
                    gadget(one, modules[one.module_id], visit.site.house)
                    for one in inside
                    if one.device != DEVICE
                ),
            )
            for ambient, inside in rooms
            if inside
        ),
        tuple(await scenes_of(services.database, owner, plant.id)),
    )


async def choose(visit: Visit) -> Response:
    """The homes that there are to have."""
    return visit.render("home/new.html", offered=TEMPLATES, wrong="", name="")


async def add(visit: Visit) -> Response:
    """Furnishes a simulated home. [DEV-4]"""
    services, template, name = visit.services, visit.typed("template"), visit.typed("name").strip()
    if template not in TEMPLATES:
        raise Problem(Kind.MALFORMED, "template_unknown", "There is no such home to have.")
    try:
        homes = await services.homes.create(visit.account.id, template, name)
    except Problem as problem:
        if problem.field != "name":
            raise
        return visit.render(
            "home/new.html", 422, offered=TEMPLATES, wrong=_(problem.detail), name=name
        )
    visit.say(_("The home is furnished. Its devices report from now on."))
    return visit.go(f"/home/{homes[0].plant.id}")


async def run_scene(visit: Visit) -> Response:
    """Every device of a scene does its part."""
    plant = visit.parameter("plant")
    outcome = await visit.services.scenes.run(visit.account.id, plant, visit.parameter("scene"))
    if outcome is Outcome.DONE:
        visit.say(_("The scene has run."))
    else:
        visit.say(_("The scene has run, but not every device could be reached."), "warn")
    return visit.go(f"/home/{plant}")


ROUTES = [
    Route("/home", account(listing), methods=["GET"]),
    Route("/home", account(add), methods=["POST"]),
    Route("/home/new", account(choose)),
    Route("/home/invitations/{invitation}/accept", account(accept), methods=["POST"]),
    Route("/home/invitations/{invitation}/decline", account(decline), methods=["POST"]),
    Route("/home/{plant}", account(one)),
    Route("/home/{plant}/scenes/{scene}", account(run_scene), methods=["POST"]),
]
