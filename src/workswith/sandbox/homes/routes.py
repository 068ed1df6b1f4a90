"""The table of every act on homes."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workswith.sandbox.control import tell_mistakes
from workswith.sandbox.guard import Guard

from .acts import Place
from .copies import Copies
from .parts import Parts
from .wholes import Wholes


def routes(place: Place, guard: Guard) -> list[Route]:
    """Every route under ``/sandbox/homes``, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Any]]) -> Route:
        async def answer(request: Request) -> Response:
            told = await act(request)
            if told is None:
                return Response(status_code=204)
            return JSONResponse(told, 201 if method == "POST" else 200)

        return Route("/sandbox/homes" + path, guard(tell_mistakes(answer)), methods=[method])

    wholes, parts, copies = Wholes(place), Parts(place), Copies(place)
    one, ambient, module = "/{plant}", "/{plant}/ambients/{ambient}", "/{plant}/modules/{module}"
    snapshot = "/{plant}/snapshots/{snapshot}"
    return [
        route("", "GET", wholes.listing),
        route("", "POST", wholes.create),
        route("/import", "POST", copies.take_in),
        route(one, "GET", wholes.show),
        route(one, "PATCH", wholes.rename),
        route(one, "DELETE", wholes.remove),
        route(one + "/members", "POST", wholes.share),
        route(one + "/members/{member}", "DELETE", wholes.unshare),
        route(one + "/ambients", "POST", parts.add_ambient),
        route(ambient, "PATCH", parts.change_ambient),
        route(ambient, "DELETE", parts.remove_ambient),
        route(one + "/modules", "POST", parts.add_module),
        route(one + "/reset", "POST", parts.reset),
        route(module, "GET", parts.show_module),
        route(module, "PATCH", parts.change_module),
        route(module, "DELETE", parts.remove_module),
        route(one + "/snapshots", "GET", copies.listing),
        route(one + "/snapshots", "POST", copies.take),
        route(snapshot + "/restore", "POST", copies.restore),
        route(snapshot, "DELETE", copies.drop),
        route(one + "/fork", "POST", copies.fork),
        route(one + "/export", "GET", copies.export),
    ]
