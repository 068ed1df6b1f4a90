"""The part of the control interface about whole states: save, restore, reset, fork. [SBX-2]

It stands outside of what it exchanges: these calls are answered by the sandbox that comes after.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from workswith.kernel.clock import iso

from .bodies import read_body, text
from .control import tell_mistakes
from .guard import Guard
from .states import Note

PATHS = ("/sandbox/snapshots", "/sandbox/reset", "/sandbox/fork")


class Whole(Protocol):
    """A sandbox, as something that can be kept and come back."""

    async def states(self) -> list[Note]: ...
    async def present(self) -> Note: ...
    async def save(self, name: str) -> Note: ...
    async def restore(self, name: str) -> Note: ...
    async def reset(self) -> Note: ...
    async def fork(self, name: str, origin: str = "") -> Note: ...
    async def remove(self, name: str) -> None: ...


def owns(path: str) -> bool:
    """Whether a path belongs here."""
    return path.startswith("/sandbox/") and any(
        path == own or path.startswith(f"{own}/") for own in PATHS
    )


def routes(whole: Whole, guard: Guard) -> list[Route]:
    """Every route, guarded."""

    def route(path: str, method: str, act: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route("/sandbox" + path, guard(tell_mistakes(act)), methods=[method])

    async def every(_request: Request) -> Response:
        return JSONResponse(
            {
                "present": _shown(await whole.present()),
                "snapshots": [_shown(note) for note in await whole.states()],
            }
        )

    async def save(request: Request) -> Response:
        name = text(await read_body(request), "name")
        return JSONResponse(_shown(await whole.save(name)), 201)

    async def restore(request: Request) -> Response:
        return JSONResponse(_shown(await whole.restore(request.path_params["name"])))

    async def reset(_request: Request) -> Response:
        return JSONResponse(_shown(await whole.reset()))

    async def fork(request: Request) -> Response:
        body = await read_body(request)
        origin = text(body, "from") if "from" in body else ""
        return JSONResponse(_shown(await whole.fork(text(body, "name"), origin)), 201)

    async def remove(request: Request) -> Response:
        await whole.remove(request.path_params["name"])
        return Response(status_code=204)

    return [
        route("/snapshots", "GET", every),
        route("/snapshots", "POST", save),
        route("/snapshots/{name}/restore", "POST", restore),
        route("/snapshots/{name}", "DELETE", remove),
        route("/reset", "POST", reset),
        route("/fork", "POST", fork),
    ]


def _shown(note: Note) -> dict[str, Any]:
    return {
        "name": note.name,
        "saved_at": iso(note.saved_at),
        "from": note.origin,
        "fork": note.fork,
        "bytes": note.bytes,
    }
