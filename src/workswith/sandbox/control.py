"""The control interface of a sandbox, under ``/sandbox``: clock, mail, devices.

Its own prefix keeps it apart from everything that the original has. [SBX-1 SBX-2 SBX-3 ACC-8]
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from workswith.kernel import mail
from workswith.kernel.brand import brand_name
from workswith.kernel.clock import Clock, iso, parse_iso
from workswith.kernel.database import Database
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Supervisor

from . import mailbox
from .bodies import read_body
from .clock import advance, forward, remember
from .duration import parse_duration
from .guard import Endpoint, Guard, refuse


class Devices(Protocol):
    """What the control interface does to devices: the hand on the knob, and faults."""

    async def touch(self, module_id: str, set_point: float | None) -> None: ...
    async def set_online(self, module_id: str, online: bool) -> None: ...  # noqa: FBT001
    async def set_silent(self, module_id: str, silent: bool) -> None: ...  # noqa: FBT001


class AppAccounts(Protocol):
    """The official app's account of a user: its password and terms can expire. [DEV-3]"""

    async def expire_password(self, account_id: str) -> None: ...
    async def renew_password(self, account_id: str) -> None: ...
    async def expire_terms(self, account_id: str) -> None: ...
    async def accept_terms(self, account_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Control:
    """What the interface acts upon."""

    clock: Clock
    supervisor: Supervisor
    database: Database
    devices: Devices
    app_accounts: AppAccounts
    document: Callable[[], Awaitable[dict[str, Any]]]
    end_user_id: str
    language: Callable[[Request], str]
    """Which language the reader of a page wants."""


def routes(control: Control, guard: Guard) -> list[Route]:
    """Every route of the control interface, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route("/sandbox" + path, guard(tell_mistakes(act)), methods=[method])

    clock, devices = _Clock(control), _Devices(control)

    async def document(_request: Request) -> Response:
        return JSONResponse(await control.document())

    return [
        route("", "GET", document),
        route("/clock", "GET", clock.read),
        route("/clock/freeze", "POST", clock.freeze),
        route("/clock/resume", "POST", clock.resume),
        route("/clock/scale", "POST", clock.scale),
        route("/clock/set", "POST", clock.set),
        route("/clock/advance", "POST", clock.advance),
        route("/mail", "GET", _Mail(control).as_json),
        route("/mailbox", "GET", _Mail(control).as_page),
        route("/modules/{module}/touch", "POST", devices.touch),
        route("/modules/{module}/{state:str}", "POST", devices.set),
        route("/app-account/{state:str}", "POST", devices.app_account),
    ]


class _Clock:
    def __init__(self, control: Control) -> None:
        self._control = control

    async def read(self, _request: Request) -> Response:
        clock = self._control.clock
        now = clock.now()
        return JSONResponse(
            {"now": iso(now), "epoch_ms": now, "rate": clock.rate, "frozen": clock.frozen}
        )

    async def freeze(self, request: Request) -> Response:
        self._control.clock.freeze()
        return await self._changed(request)

    async def resume(self, request: Request) -> Response:
        self._control.clock.resume()
        return await self._changed(request)

    async def scale(self, request: Request) -> Response:
        rate = (await read_body(request)).get("rate")
        if not isinstance(rate, int | float) or isinstance(rate, bool):
            raise ValueError("rate is a number of clock seconds per second")  # noqa: TRY004  a 400
        self._control.clock.run_at(float(rate))
        return await self._changed(request)

    async def set(self, request: Request) -> Response:
        to = _instant((await read_body(request)).get("to"))
        return await self._advance(request, forward(self._control.clock, to))

    async def advance(self, request: Request) -> Response:
        body = await read_body(request)
        if (by := body.get("by")) is not None:
            return await self._advance(request, self._control.clock.now() + parse_duration(str(by)))
        return await self._advance(request, forward(self._control.clock, _instant(body.get("to"))))

    async def _advance(self, request: Request, to: int) -> Response:
        control = self._control
        await advance(control.database, control.clock, control.supervisor, to)
        return await self.read(request)

    async def _changed(self, request: Request) -> Response:
        await remember(self._control.database, self._control.clock.state)
        return await self.read(request)


class _Mail:
    def __init__(self, control: Control) -> None:
        self._control = control

    async def as_json(self, request: Request) -> Response:
        return JSONResponse([
            {
                "id": m.id, "to": m.to, "subject": m.subject, "text": m.text, "html": m.html,
                "link": m.link, "posted_at": iso(m.posted_at),
            }
            for m in await self._latest(request)
        ])  # fmt: skip

    async def as_page(self, request: Request) -> Response:
        brand = await brand_name(self._control.database)
        page = mailbox.page(await self._latest(request), brand, self._control.language(request))
        return HTMLResponse(page, headers=mailbox.HEADERS)

    async def _latest(self, request: Request) -> list[mail.Mail]:
        return await mail.latest(self._control.database, request.query_params.get("to", ""))


class _Devices:
    def __init__(self, control: Control) -> None:
        self._control = control

    async def touch(self, request: Request) -> Response:
        set_point = (await read_body(request)).get("set_point")
        if set_point is not None and not isinstance(set_point, int | float):
            raise ValueError("set_point is a number of degrees Celsius")
        await self._control.devices.touch(request.path_params["module"], set_point)
        return Response(status_code=204)

    async def set(self, request: Request) -> Response:
        devices, module = self._control.devices, request.path_params["module"]
        match request.path_params["state"]:
            case "online":
                await devices.set_online(module, True)
            case "offline":
                await devices.set_online(module, False)
            case "silent":
                await devices.set_silent(module, True)
            case "responsive":
                await devices.set_silent(module, False)
            case _:
                return refuse(404, "a module can be online, offline, silent or responsive")
        return Response(status_code=204)

    async def app_account(self, request: Request) -> Response:
        accounts = self._control.app_accounts
        actions = {
            "expire-password": accounts.expire_password,
            "renew-password": accounts.renew_password,
            "expire-terms": accounts.expire_terms,
            "accept-terms": accounts.accept_terms,
        }
        act = actions.get(request.path_params["state"])
        if act is None:
            return refuse(404, "an app account takes: " + ", ".join(actions))
        await act(self._control.end_user_id)
        return Response(status_code=204)


_STATUSES = {Kind.UNKNOWN: 404, Kind.MALFORMED: 400, Kind.TOO_LARGE: 413}


def tell_mistakes(act: Endpoint) -> Endpoint:
    async def told(request: Request) -> Response:
        try:
            return await act(request)
        except ValueError as error:
            return refuse(400, str(error))
        except Problem as problem:
            sentences = " ".join(one for one in (problem.detail, problem.hint) if one)
            return refuse(_STATUSES.get(problem.kind, 409), sentences)

    return told


def _instant(text: object) -> int:
    if not isinstance(text, str) or len(text) > 40:
        raise ValueError("give `by` (like 24h) or `to` (like 2026-05-29T00:00:00Z)")
    return parse_iso(text)
