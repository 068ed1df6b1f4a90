"""The part of the control interface about who may call: tokens, keys, quota; and what happened.

All under ``/sandbox``: ``/tokens`` mints, ``/keys/{which}/roll`` replaces a subscription key,
``/quota`` reads and sets how much of a user's day is spent, ``/events`` is read again and again by
whoever wants to see them pass. [SBX-1 SBX-3]
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workswith.kernel.clock import iso
from workswith.kernel.database import Reads, query

from .bodies import read_body, text
from .control import tell_mistakes
from .guard import Guard

MOST = 500
"""Events in one answer."""


@dataclass(frozen=True, slots=True)
class Spent:
    """A user's day with the seeded subscription's product."""

    used: int
    limit: int
    ends_at: int


class Access(Protocol):
    """What is done about the seeded application and subscription. All raise `Problem`."""

    async def mint(self, member: str, scope: str) -> dict[str, Any]: ...
    async def roll(self, which: str) -> str: ...
    async def spent(self, member: str) -> Spent: ...
    async def spend(self, member: str, used: int) -> Spent: ...


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    id: str
    plant_id: str
    module_id: str
    kind: str
    changed: str
    state: str
    at: int


_COLUMNS = "id, event_id, plant_id, module_id, kind, changed, state, at"
_AFTER = query(_Event, f"SELECT {_COLUMNS} FROM event WHERE id > :after ORDER BY id LIMIT :most")
_LATEST = query(_Event, f"SELECT {_COLUMNS} FROM event ORDER BY id DESC LIMIT :most")


def routes(access: Access, reads: Reads, guard: Guard) -> list[Route]:
    """Every route, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route("/sandbox" + path, guard(tell_mistakes(act)), methods=[method])

    async def mint(request: Request) -> Response:
        body = await read_body(request)
        made = await access.mint(text(body, "user", "end_user"), text(body, "scope", ""))
        return JSONResponse(made, 201)

    async def roll(request: Request) -> Response:
        which = request.path_params["which"]
        return JSONResponse({"which": which, "key": await access.roll(which)})

    async def spent(request: Request) -> Response:
        return JSONResponse(_told(await access.spent(request.query_params.get("user", "end_user"))))

    async def spend(request: Request) -> Response:
        body = await read_body(request)
        user = text(body, "user", "end_user")
        if ("used" in body) == ("left" in body):
            raise ValueError("give `used` or `left`, a number of calls")
        limit = (await access.spent(user)).limit
        used = _count(body["used"]) if "used" in body else limit - _count(body["left"])
        if not 0 <= used <= limit:
            raise ValueError(f"the quota of a day is {limit} calls")
        return JSONResponse(_told(await access.spend(user, used)))

    async def events(request: Request) -> Response:
        after = request.query_params.get("after")
        most = min(_count(int(request.query_params.get("limit", "20"))), MOST)
        if after is None:
            found = (await reads.all(_LATEST, most=most))[::-1]
        else:
            found = await reads.all(_AFTER, after=int(after), most=most)
        return JSONResponse(
            [
                {
                    "number": one.number,
                    "id": one.id,
                    "at": iso(one.at),
                    "plant_id": one.plant_id,
                    "module_id": one.module_id,
                    "kind": one.kind,
                    "changed": one.changed.split(),
                    "state": one.state,
                }
                for one in found
            ]
        )

    return [
        route("/tokens", "POST", mint),
        route("/keys/{which}/roll", "POST", roll),
        route("/quota", "GET", spent),
        route("/quota", "POST", spend),
        route("/events", "GET", events),
    ]


def _told(spent: Spent) -> dict[str, Any]:
    return {
        "used": spent.used,
        "limit": spent.limit,
        "left": max(0, spent.limit - spent.used),
        "replenished_at": iso(spent.ends_at),
    }


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("give a number of calls, 0 or more")
    return value
