"""A home as its owner edits it: its name, its rooms and devices, who shares it, how it was. [END-1]

Whoever shares a home sees who owns it, and may leave it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.homes.goods import SOLD
from workswith.devices.homes.invitations import Letter
from workswith.devices.plants import Plant, ambients_of, modules_of, plant_of
from workswith.kernel.problem import Kind, Problem
from workswith.web.site.language import _
from workswith.web.site.pages import Endpoint, account
from workswith.web.site.visit import Visit

from .states import kind_name
from .words import GOODS, ROOMS

Act = Callable[[Visit, str, str], Awaitable[str]]
"""Does what a form asks, given owner and plant; returns what to say."""
TOLD = {Kind.INVALID, Kind.CONFLICT, Kind.MALFORMED}
"""Problems that stand beside the field; every other is a page of its own."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The form that was refused: its name, the id of what it is about, why, and what was typed."""

    form: str = ""
    about: str = ""
    why: str = ""
    typed: str = ""

    def of(self, form: str, about: str = "") -> bool:
        return (self.form, self.about) == (form, about)


async def show(visit: Visit) -> Response:
    return await _page(visit, Wrong())


async def _page(visit: Visit, wrong: Wrong) -> Response:
    services, me = visit.services, visit.account.id
    plant = await plant_of(services.database, me, visit.parameter("plant"))
    owns = plant.owner_id == me
    members = [
        known
        for one in await services.homes.members(me, plant.id)
        if (known := await services.accounts.get(one)) is not None
    ]
    return visit.render(
        "home/settings.html",
        422 if wrong.form else 200,
        plant=plant,
        owns=owns,
        members=members,
        rooms=await ambients_of(services.database, me, plant.id),
        modules=await modules_of(services.database, me, plant.id),
        kind_name=lambda device: kind_name(device, visit.site.house),
        goods={one: visit.site.house.device(one, GOODS[one]) for one in SOLD[plant.api]},
        room_words=ROOMS,
        edited=wrong.about or visit.asked("device") or visit.asked("room"),
        invited=await services.homes.invitations.of_plant(me, plant.id),
        snapshots=await services.homes.copies.of(me, plant.id),
        wrong=wrong,
    )


def _form(
    name: str, act: Act, *, about: str = "", then: str = "/home/{plant}/settings"
) -> Endpoint:
    """The endpoint of a form: what is refused comes back with the page, beside its field."""

    async def answer(visit: Visit) -> Response:
        plant = await _owned(visit)
        try:
            said = await act(visit, plant.owner_id, plant.id)
        except Problem as problem:
            if problem.kind not in TOLD:
                raise
            why = " ".join(_(one) for one in (problem.detail, problem.hint) if one)
            id_ = visit.parameter(about) if about else ""
            return await _page(visit, Wrong(name, id_, why, visit.typed("name")[:200]))
        if said:
            visit.say(said)
        return visit.go(then.format(plant=plant.id))

    return account(answer)


async def _owned(visit: Visit) -> Plant:
    """Raises `Kind.UNKNOWN`, also for whoever only shares the home."""
    me = visit.account.id
    plant = await plant_of(visit.services.database, me, visit.parameter("plant"))
    if plant.owner_id != me:
        raise Problem(Kind.UNKNOWN, "plant_unknown", "Only its owner changes a home.")
    return plant


async def _rename(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.rename(owner, plant, visit.typed("name"))
    return _("Renamed.")


async def _remove(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.remove(owner, plant)
    return _("The home is gone.")


async def _add_room(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.fittings.add_ambient(
        owner, plant, visit.typed("name"), visit.typed("type")
    )
    return _("The room is there.")


async def _change_room(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.fittings.change_ambient(
        owner,
        plant,
        visit.parameter("room"),
        name=visit.typed("name"),
        ambient_type=visit.typed("type"),
    )
    return _("The room is changed.")


async def _remove_room(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.fittings.remove_ambient(owner, plant, visit.parameter("room"))
    return _("The room is gone.")


async def _add_device(visit: Visit, owner: str, plant: str) -> str:
    goods = visit.typed("goods")
    usual = visit.site.house.device(goods, str(GOODS.get(goods, "")))
    name = visit.typed("name").strip() or usual
    await visit.services.homes.fittings.add_module(owner, plant, goods, name, visit.typed("room"))
    return _("The device is put up.")


async def _change_device(visit: Visit, owner: str, plant: str) -> str:
    fittings, module = visit.services.homes.fittings, visit.parameter("module")
    await fittings.rename_module(owner, plant, module, visit.typed("name"))
    await fittings.move_module(owner, plant, module, visit.typed("room"))
    return _("The device is changed.")


async def _remove_device(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.fittings.remove_module(owner, plant, visit.parameter("module"))
    return _("The device is gone.")


async def _reset_device(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.fittings.reset_module(owner, plant, visit.parameter("module"))
    return _("The device is as it left the factory.")


async def _invite(visit: Visit, owner: str, plant: str) -> str:
    """Whether the address has an account, nobody learns."""
    me, email = visit.account, visit.typed("name").strip()
    home = await visit.services.homes.one(owner, plant)
    who, link = me.first_name or me.email, f"{visit.services.origins.portal}/home"
    letter = Letter(
        _("%(who)s shares a home with you") % {"who": who},
        _(
            "%(who)s wants to share the home “%(home)s” with you. Sign in with this address, or "
            "sign up with it, and accept the invitation on the page of your homes:\n\n%(link)s"
        )
        % {"who": who, "home": home.name, "link": link},
        link,
    )
    await visit.services.homes.invitations.invite(owner, plant, email, letter)
    return _("The invitation is on its way. It waits for a week.")


async def _withdraw(visit: Visit, owner: str, plant: str) -> str:
    invitations = visit.services.homes.invitations
    await invitations.withdraw(owner, plant, visit.parameter("invitation"))
    return _("The invitation is withdrawn.")


async def _unshare(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.unshare(owner, plant, visit.parameter("member"))
    return _("The home is no longer shared with them.")


async def _take(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.copies.take(owner, plant, visit.typed("name"))
    return _("The home is kept as it is now.")


async def _restore(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.copies.restore(owner, plant, visit.parameter("snapshot"))
    return _("The home is again as it was.")


async def _drop(visit: Visit, owner: str, plant: str) -> str:
    await visit.services.homes.copies.drop(owner, plant, visit.parameter("snapshot"))
    return _("The snapshot is gone.")


async def fork(visit: Visit) -> Response:
    """A second home like this one; of now, or of a snapshot."""
    plant = await _owned(visit)
    snapshot = visit.typed("snapshot")
    name = _("Copy of %(name)s") % {"name": plant.name}
    try:
        home = await visit.services.homes.copies.fork(
            plant.owner_id, plant.id, name=name[:100], snapshot_id=snapshot
        )
    except Problem as problem:
        if problem.kind not in TOLD:
            raise
        visit.say(_(problem.detail), "bad")
        return visit.go(f"/home/{plant.id}/settings")
    visit.say(_("Here is the copy."))
    return visit.go(f"/home/{home.plant.id}")


async def leave(visit: Visit) -> Response:
    """Whoever shares a home goes without it."""
    await visit.services.homes.leave(visit.account.id, visit.parameter("plant"))
    visit.say(_("You no longer see that home."))
    return visit.go("/home")


_BASE = "/home/{plant}/settings"
_FORMS: Mapping[str, Endpoint] = {
    "/name": _form("name", _rename),
    "/remove": _form("remove", _remove, then="/home"),
    "/rooms": _form("room-new", _add_room),
    "/rooms/{room}": _form("room", _change_room, about="room"),
    "/rooms/{room}/remove": _form("room", _remove_room, about="room"),
    "/devices": _form("device-new", _add_device),
    "/devices/{module}": _form("device", _change_device, about="module"),
    "/devices/{module}/remove": _form("device", _remove_device, about="module"),
    "/devices/{module}/reset": _form("device", _reset_device, about="module"),
    "/members": _form("invite", _invite),
    "/invitations/{invitation}/remove": _form("members", _withdraw),
    "/members/{member}/remove": _form("members", _unshare),
    "/snapshots": _form("snapshot-new", _take),
    "/snapshots/{snapshot}/restore": _form("snapshot", _restore, about="snapshot"),
    "/snapshots/{snapshot}/remove": _form("snapshot", _drop, about="snapshot"),
    "/fork": account(fork),
    "/leave": account(leave),
}
ROUTES = [
    Route(_BASE, account(show)),
    *(Route(_BASE + path, form, methods=["POST"]) for path, form in _FORMS.items()),
]
