"""The part of the control interface about what goes wrong, under ``/sandbox``. [SBX-3]

Faults, packs, switches and coverage: the same words for programs, for the command line and for the
portal's pages, which all read `Testing`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workswith.kernel.clock import iso, parse_iso
from workswith.kernel.problem import Mistake
from workswith.sandbox.bodies import read_body
from workswith.sandbox.control import tell_mistakes
from workswith.sandbox.coverage import Coverage
from workswith.sandbox.deviations import Deviations
from workswith.sandbox.duration import parse_duration
from workswith.sandbox.guard import Guard

from . import packs
from .engine import Faults
from .fault import Asked, Fault, Kind
from .packs import Stage

_AT = re.compile(r" - at `\$\.(\w+)`$")
"""How msgspec ends what it says about one value."""


@dataclass(frozen=True, slots=True)
class Testing:
    """Everything about what goes wrong, in words. Raises `Mistake`, ``ValueError`` and `Problem`."""

    faults: Faults
    deviations: Deviations
    coverage: Coverage
    stage: Stage

    def listed(self) -> list[dict[str, Any]]:
        """All faults, the eldest first."""
        now = self.stage.now()
        return [told(one, now) for one in self.faults.listed()]

    def kinds(self) -> list[dict[str, Any]]:
        """What can go wrong, and what each kind takes."""
        return [told_kind(one) for one in self.faults.kinds.values()]

    def packs(self) -> list[dict[str, Any]]:
        """The incidents that there are."""
        return [
            {
                "name": one.name,
                "what": one.what,
                "steps": [step.text for step in one.steps],
                "moves_the_clock": one.moves,
            }
            for one in packs.PACKS
        ]

    async def cause(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """A new fault."""
        fault = await self.faults.add(understood(asked))
        return told(fault, self.stage.now())

    async def clear(self, id_: int | None = None, *, kind: str = "") -> int:
        """One, those of a kind, or all; how many."""
        return await self.faults.clear(id_, kind=kind)

    def switches(self) -> list[dict[str, Any]]:
        """What the original does otherwise at times, and how it stands."""
        return self.deviations.listed()

    async def choose(self, wanted: Mapping[str, object]) -> None:
        """Turns switches by name."""
        await self.deviations.choose(wanted)

    def report(self, client_id: str = "") -> dict[str, Any]:
        """What an application, or all of them, has met so far."""
        return self.coverage.report(client_id)

    async def forget(self) -> None:
        """Begins to count anew."""
        await self.coverage.forget()

    def clock(self) -> dict[str, Any]:
        """How the clock stands."""
        return told_clock(self.stage.now(), self.stage.rate())

    async def pace(self, rate: float) -> None:
        """Clock seconds per real second; 0 freezes it."""
        await self.stage.pace(rate)

    async def let_pass(self, text: str) -> None:
        """A span of time, or until an instant; returns when all due work is done."""
        await self.stage.advance(_when(text, self.stage.now()))

    async def choices(self) -> dict[str, Any]:
        """What there is to narrow a fault to."""
        return await self.faults.choices()

    async def play(self, name: str) -> dict[str, Any]:
        """An incident by its name; returns when all its steps are done."""
        pack = packs.find(name)
        await packs.play(pack, self.stage)
        return {
            "pack": pack.name,
            "steps": [step.text for step in pack.steps],
            "now": iso(self.stage.now()),
            "faults": self.listed(),
        }


def routes(testing: Testing, guard: Guard) -> list[Route]:
    """Every route, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route("/sandbox" + path, guard(tell_mistakes(act)), methods=[method])

    own = _Routes(testing)
    return [
        route("/faults", "GET", own.list),
        route("/faults", "POST", own.add),
        route("/faults", "DELETE", own.clear_all),
        route("/faults/kinds", "GET", own.kinds),
        route("/faults/packs", "GET", own.packs),
        route("/faults/packs/{name}", "POST", own.play),
        route("/faults/{id:int}", "DELETE", own.clear),
        route("/deviations", "GET", own.deviations),
        route("/deviations", "POST", own.deviate),
        route("/deviations", "DELETE", own.as_usual),
        route("/coverage", "GET", own.coverage),
        route("/coverage", "DELETE", own.forget),
    ]


class _Routes:
    def __init__(self, testing: Testing) -> None:
        self._testing = testing

    async def list(self, _request: Request) -> Response:
        return JSONResponse(self._testing.listed())

    async def add(self, request: Request) -> Response:
        return JSONResponse(await self._testing.cause(await read_body(request)), 201)

    async def clear_all(self, request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        return JSONResponse({"cleared": await self._testing.clear(kind=kind)})

    async def clear(self, request: Request) -> Response:
        return JSONResponse({"cleared": await self._testing.clear(request.path_params["id"])})

    async def kinds(self, _request: Request) -> Response:
        return JSONResponse(self._testing.kinds())

    async def packs(self, _request: Request) -> Response:
        return JSONResponse(self._testing.packs())

    async def play(self, request: Request) -> Response:
        return JSONResponse(await self._testing.play(request.path_params["name"]))

    async def deviations(self, _request: Request) -> Response:
        return JSONResponse(self._testing.deviations.listed())

    async def deviate(self, request: Request) -> Response:
        await self._testing.deviations.choose(await read_body(request))
        return await self.deviations(request)

    async def as_usual(self, request: Request) -> Response:
        await self._testing.deviations.reset()
        return await self.deviations(request)

    async def coverage(self, request: Request) -> Response:
        asked = request.query_params.get("application", "")
        return JSONResponse(self._testing.coverage.report(asked))

    async def forget(self, _request: Request) -> Response:
        await self._testing.coverage.forget()
        return Response(status_code=204)


def understood(asked: Mapping[str, Any]) -> Asked:
    """Raises `Mistake` that names what is wrong."""
    try:
        return msgspec.convert(asked, Asked)
    except msgspec.ValidationError as error:
        at = _AT.search(str(error))
        raise Mistake(str(error), field=at[1] if at else "") from None


def told(one: Fault, now: int) -> dict[str, Any]:
    """A fault as programs and people read it."""
    asked = one.asked
    return {
        "id": one.id,
        "kind": asked.kind,
        "where": asked.where(),
        "options": asked.options(),
        "times": asked.times,
        "probability": asked.probability,
        "seed": asked.seed,
        "begins_at": iso(one.begins_at),
        "ends_at": None if one.ends_at is None else iso(one.ends_at),
        "fate": one.fate(now),
        "met": one.met,
        "struck": one.struck,
    }


def told_clock(now: int, rate: float) -> dict[str, Any]:
    """The clock as programs and people read it."""
    return {"now": iso(now), "epoch_ms": now, "rate": rate, "frozen": rate == 0}


def _when(text: str, now: int) -> int:
    if "T" in text.upper():
        if parse_iso(text) < now:
            raise ValueError("a clock only moves forward")
        return parse_iso(text)
    return now + parse_duration(text)


def told_kind(one: Kind) -> dict[str, Any]:
    """A kind as programs and people read it."""
    return {
        "kind": one.name,
        "place": one.place,
        "what": one.what,
        "status": one.status or None,
        "narrowed_by": list(one.facets),
        "options": dict(one.options),
    }
