"""The part of the control interface about notifications, under ``/sandbox``. [SBX-3 SBX-5]

``/webhooks/…`` is what a developer does about endpoints, here for every application of the
sandbox; ``/inspect`` shows what its own receiver got.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from workswith.kernel.brand import brand_name
from workswith.kernel.clock import Clock, iso, parse_iso
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks import reading, telling
from workswith.webhooks.desk import Desk
from workswith.webhooks.figures import figures

from . import inspector_page
from .bodies import read_body
from .control import tell_mistakes
from .guard import Guard
from .inspector import Inspector

LIMIT, MOST = 200, 100_000
"""How many of a list are told, unless ``limit`` asks for more; and at most."""


def routes(
    desk: Desk, database: Database, clock: Clock, inspector: Inspector, guard: Guard
) -> list[Route]:
    """Every route, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route("/sandbox" + path, guard(tell_mistakes(act)), methods=[method])

    own, pages = _Own(desk, database, clock), _Inspect(inspector, database)
    return [
        route("/webhooks/endpoints", "GET", own.endpoints),
        route("/webhooks/endpoints/{id}/lift-ban", "POST", own.lift_ban),
        route("/webhooks/endpoints/{id}/test", "POST", own.send_test),
        route("/webhooks/endpoints/{id}/replay", "POST", own.replay_range),
        route("/webhooks/endpoints/{id}/rotate-secret", "POST", own.rotate_secret),
        route("/webhooks/endpoints/{id}/losses", "GET", own.losses),
        route("/webhooks/deliveries", "GET", own.deliveries),
        route("/webhooks/deliveries/{id}", "GET", own.delivery),
        route("/webhooks/deliveries/{id}/replay", "POST", own.replay),
        route("/webhooks/events", "GET", own.events),
        route("/webhooks/figures", "GET", own.figures),
        route("/inspect", "GET", pages.index),
        route("/inspect/{name}", "GET", pages.show),
        route("/inspect/{name}", "POST", pages.behave),
        route("/inspect/{name}/arrivals", "GET", pages.arrivals),
    ]


class _Own:
    def __init__(self, desk: Desk, database: Database, clock: Clock) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock

    async def endpoints(self, _request: Request) -> Response:
        now = self._clock.now()
        found = await reading.endpoints_of(
            self._database, await self._all(), self._desk.settings.rules, now
        )
        return JSONResponse([telling.endpoint(one, now) for one in found])

    async def lift_ban(self, request: Request) -> Response:
        await self._desk.lift_ban(await self._all(), request.path_params["id"])
        return Response(status_code=204)

    async def send_test(self, request: Request) -> Response:
        id_ = await self._desk.send_test(await self._all(), request.path_params["id"])
        return JSONResponse({"id": id_}, 201)

    async def replay_range(self, request: Request) -> Response:
        body = await read_body(request)
        done = await self._desk.replay_range(
            await self._all(),
            request.path_params["id"],
            _instant(body.get("from"), 0),
            _instant(body.get("to"), 2**62),
            state=str(body.get("state") or ""),
        )
        return JSONResponse(asdict(done))

    async def rotate_secret(self, request: Request) -> Response:
        secret = await self._desk.rotate_secret(await self._all(), request.path_params["id"])
        return JSONResponse({"secret": secret})

    async def losses(self, request: Request) -> Response:
        found = await reading.losses_of(
            self._database, await self._all(), request.path_params["id"], limit=_limit(request)
        )
        return JSONResponse([telling.loss(one) for one in found])

    async def deliveries(self, request: Request) -> Response:
        asked = request.query_params
        found = await reading.deliveries_of(
            self._database,
            await self._all(),
            endpoint_id=asked.get("endpoint", ""),
            state=asked.get("state", ""),
            limit=_limit(request),
        )
        return JSONResponse([telling.delivery(one) for one in found])

    async def delivery(self, request: Request) -> Response:
        mine = await self._all()
        one = await reading.delivery_of(self._database, mine, request.path_params["id"])
        if one is None:
            raise Problem(Kind.UNKNOWN, "delivery_unknown", "There is no such delivery.")
        attempts = await reading.attempts_of(self._database, mine, one.id)
        return JSONResponse(telling.whole_delivery(one, attempts))

    async def replay(self, request: Request) -> Response:
        await self._desk.replay(await self._all(), request.path_params["id"])
        return Response(status_code=204)

    async def events(self, request: Request) -> Response:
        asked = request.query_params
        found = await reading.events_of(
            self._database,
            await self._all(),
            endpoint_id=asked.get("endpoint", ""),
            plant_id=asked.get("plant", ""),
            since=_instant(asked.get("from"), 0),
            limit=_limit(request),
        )
        return JSONResponse(
            [telling.event(one, self._desk.render(one.event, one.subscription)) for one in found]
        )

    async def figures(self, _request: Request) -> Response:
        return JSONResponse(asdict(await figures(self._database, self._clock.now())))

    async def _all(self) -> list[str]:
        return await reading.applications(self._database)


class _Inspect:
    def __init__(self, inspector: Inspector, database: Database) -> None:
        self._inspector = inspector
        self._database = database

    async def index(self, _request: Request) -> Response:
        inboxes, example = self._inspector.inboxes.values(), self._inspector.url("any-name")
        return _page(inspector_page.index(inboxes, example, await brand_name(self._database)))

    async def show(self, request: Request) -> Response:
        inbox = self._inspector.inbox(request.path_params["name"])
        return _page(inspector_page.inbox(inbox, await brand_name(self._database)))

    async def arrivals(self, request: Request) -> Response:
        inbox = self._inspector.inbox(request.path_params["name"])
        return JSONResponse(
            {
                "url": inbox.url,
                "behaviour": inbox.behaviour,
                "count": inbox.count,
                "arrivals": [
                    {
                        "number": each.number,
                        "at": iso(each.at),
                        "headers": dict(each.request.headers),
                        "body": each.request.body.decode("utf-8", "replace"),
                    }
                    for each in inbox.arrivals
                ],
            }
        )

    async def behave(self, request: Request) -> Response:
        name = request.path_params["name"]
        form = request.headers.get("content-type", "").startswith("application/x-www-form")
        if form:
            typed = parse_qs((await request.body()).decode("latin-1"))
            self._inspector.behave(name, typed.get("behaviour", [""])[0])
            return RedirectResponse(request.url.path, 303)
        self._inspector.behave(name, str((await read_body(request)).get("behaviour")))
        return Response(status_code=204)


def _page(text: str) -> Response:
    return HTMLResponse(text, headers=inspector_page.HEADERS)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(LIMIT))
    if not text.isdecimal() or not 1 <= int(text[:7]) <= MOST:
        raise ValueError(f"limit is a number from 1 to {MOST}")
    return int(text)


def _instant(text: object, otherwise: int) -> int:
    if text is None or text == "":
        return otherwise
    try:
        if isinstance(text, str) and len(text) <= 40:
            return parse_iso(text)
    except ValueError:
        pass
    raise ValueError("an instant looks like 2026-05-29T00:00:00Z")
