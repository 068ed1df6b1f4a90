"""Whether what a fault is narrowed to exists, so that a slip of the pen does not wait for ever."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.kernel.database import Query, Reads, query
from workswith.kernel.problem import Mistake

from .fault import Asked

REFRESH = "token/refresh_token"
TOKEN_OPERATIONS = (
    "token",
    "token/authorization_code",
    REFRESH,
    "token/urn:ietf:params:oauth:grant-type:device_code",
)
"""What a fault at /token can be narrowed to."""


@dataclass(frozen=True, slots=True)
class _Facet:
    """How something is found, and where people read its name."""

    found: Query[str]
    where: str


_FACETS = {
    "plant": _Facet(
        query(str, "SELECT id FROM plants WHERE id = :name"), "plants are listed in sandbox.json"
    ),
    "module": _Facet(
        query(str, "SELECT id FROM modules WHERE id = :name"), "modules are listed in sandbox.json"
    ),
    "application": _Facet(
        query(str, "SELECT client_id FROM application WHERE client_id = :name"),
        "an application is named by its client_id",
    ),
    "account": _Facet(
        query(str, "SELECT id FROM account WHERE id = :name OR email = :name"),
        "an account is named by its id or its e-mail address",
    ),
    "endpoint": _Facet(
        query(str, "SELECT id FROM webhook_endpoint WHERE id = :name"),
        "an endpoint is named by its address or its id",
    ),
}


_PLANTS = query(
    lambda *columns: columns,
    "SELECT p.id, p.name, m.id, m.name FROM plants p JOIN modules m ON m.plant_id = p.id "
    "ORDER BY p.created_at, p.id, m.place, m.id LIMIT 500",
)
_APPLICATIONS = query(
    lambda client_id, name: {"id": client_id, "name": name},
    "SELECT client_id, name FROM application ORDER BY created_at, client_id LIMIT 200",
)


async def every(reads: Reads) -> dict[str, list[dict[str, Any]]]:
    """The plants with their modules, and the applications."""
    plants: dict[str, dict[str, Any]] = {}
    for plant_id, plant, module_id, module in await reads.all(_PLANTS):
        home = plants.setdefault(plant_id, {"id": plant_id, "name": plant, "modules": []})
        home["modules"].append({"id": module_id, "name": module})
    return {"plants": list(plants.values()), "applications": await reads.all(_APPLICATIONS)}


async def known(reads: Reads, asked: Asked, operations: Collection[str]) -> Asked:
    """The fault, with ids where people gave other names. Raises `Mistake`.

    An endpoint's address may be one that nobody has subscribed yet.
    """
    ids: dict[str, str] = {}
    for facet, name in asked.where().items():
        if facet == "operation":
            if name not in operations:
                raise Mistake(
                    f"there is no operation `{name}` there; an API's stand in its reference, "
                    f"token requests are {', '.join(TOKEN_OPERATIONS)}",
                    field=facet,
                )
        elif facet != "endpoint" or "://" not in name:
            found = await reads.one(_FACETS[facet].found, name=name)
            if found is None:
                text = f"there is no {facet} `{name}`; {_FACETS[facet].where}"
                raise Mistake(text, field=facet)
            ids[facet] = found
    return msgspec.structs.replace(asked, **ids)
