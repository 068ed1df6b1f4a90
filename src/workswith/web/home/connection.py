"""Cutting off a simulated device, as if its Wi-Fi failed, and connecting it again. [SBX-3]

Only in a sandbox, only for the owner of the home. It is the fault that the pages for testing list, too.
"""

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from workswith.devices.plants import Plant, module_of, plant_of
from workswith.web.site.language import _
from workswith.web.site.pages import account
from workswith.web.site.visit import Visit

CUT = "gateway-offline"


def offered(visit: Visit, plant: Plant) -> bool:
    return visit.services.testing is not None and plant.owner_id == visit.account.id


def is_cut(visit: Visit, module_id: str) -> bool:
    """Whether it was cut off by itself; its home may be away as a whole."""
    return bool(_cuts(visit, module_id))


async def change(visit: Visit) -> Response:
    """``connected`` is yes or no; ends where the button stands."""
    services, owner = visit.services, visit.account.id
    plant_id, module_id = visit.parameter("plant"), visit.parameter("module")
    plant = await plant_of(services.database, owner, plant_id)
    await module_of(services.database, owner, plant_id, module_id)
    if services.testing is None or not offered(visit, plant):
        raise HTTPException(404)
    cuts = _cuts(visit, module_id)
    if visit.typed("connected") == "yes":
        for id_ in cuts:
            await services.testing.clear(id_)
        visit.say(_("It is connected again."))
    elif not cuts:
        await services.testing.cause({"kind": CUT, "module": module_id})
        visit.say(_("It is cut off. Applications are told that it is offline."), "warn")
    return visit.go(f"/home/{plant_id}/devices/{module_id}")


def _cuts(visit: Visit, module_id: str) -> list[int]:
    testing = visit.services.testing
    return [
        int(one["id"])
        for one in (testing.listed() if testing else ())
        if one["kind"] == CUT
        and one["fate"] == "active"
        and one["where"].get("module") == module_id
    ]


ROUTES = [
    Route("/home/{plant}/connection/{module}", account(change), methods=["POST"]),
]
