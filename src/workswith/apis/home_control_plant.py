"""What all operations of Home + Control begin and end with: whose plant, no 430, and the headers
that were captured with its answers.
"""

from collections.abc import Awaitable
from typing import Any

from workswith.contracts.binding import Answer, Request
from workswith.devices.plants import Plant, Seen, unknown
from workswith.kernel.problem import Kind, Problem

API = "home_control"
"""The word for this API in plants and webhook subscriptions."""
JSON = "application/json; charset=utf-8"
_UNCACHED = {"cache-control": "no-cache", "pragma": "no-cache", "expires": "-1"}


def answered(body: Any = None) -> Answer:
    """A 200 as it looks on the wire. (`contract/homecontrol.md` 2.2)"""
    return Answer(200, body, dict(_UNCACHED), JSON)


DONE = answered()
"""Of a command: no body."""


async def plant_asked_for(seen: Seen, request: Request, plant_id: str = "") -> Plant:
    """The plant of the path, or of ``plant_id``. Raises `Kind.UNKNOWN`."""
    plant = await seen.plant(request.account_id, plant_id or request.path["plantId"])
    if plant.api != API:
        raise unknown("plant")
    return plant


def plant_known(seen: Seen, request: Request) -> bool:
    """Whether `plant_asked_for` would be no problem, and that is known without waiting."""
    plant = seen.known_plant(request.account_id, request.path["plantId"])
    return plant is not None and plant.api == API


async def as_400(told: Awaitable[object]) -> None:
    """There is no 430 here: what a device cannot do is a bad request."""
    try:
        await told
    except Problem as problem:
        if problem.kind is not Kind.INVALID:
            raise
        raise Problem(
            Kind.MALFORMED, problem.code, problem.detail, hint=problem.hint, field=problem.field
        ) from problem
