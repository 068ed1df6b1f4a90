"""The door of the APIs: what a call meets in the place of its handler, and on its way back. [SBX-3]

The checks of the gateway come first, so a fault never hides a mistake of the caller; a call that
meets one counts against the quota, as every attempt does at the original. (contract/smarther.md 9.4)
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Protocol

from workswith.catalog.window import window
from workswith.contracts.binding import Answer, Api, Handler, Request, answered
from workswith.kernel import wire
from workswith.kernel.clock import Clock
from workswith.kernel.problem import Kind as Trouble
from workswith.kernel.problem import Problem

from .engine import Faults, Struck
from .fault import LONGEST_WAIT_MS
from .kinds import Row, name_of

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Deviate = Callable[[str, str, Answer], Answer]

_on_the_way_back: ContextVar[list[Struck] | None] = ContextVar("on the way back", default=None)


class Gateway(Protocol):
    """`gateway.asgi.Gateway`."""

    def owns(self, path: str) -> bool: ...
    def begin(self, scope: Message, receive: Receive, send: Send) -> Awaitable[None] | None: ...
    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None: ...


class CallDoor:
    """``deviate`` makes another answer of an answer, by the API and the operation."""

    def __init__(
        self,
        faults: Faults,
        clock: Clock,
        rows: tuple[Row, ...],
        deviate: Deviate,
        quota_anchor_minutes: int = 0,
    ) -> None:
        self._faults = faults
        self._clock = clock
        self._rows = {name_of(row): row for row in rows}
        self._deviate = deviate
        self._anchor = quota_anchor_minutes

    def before(self, api: Api) -> Api:
        """The API with this door in front of its handlers."""
        bound = tuple(
            replace(one, handler=self._handler(api.document.slug, one.handler))
            for one in api.operations
        )
        return Api(api.document, bound, api.error_body)

    def around(self, gateway: Gateway) -> "Disturbed":
        """The gateway, with this door between it and the network."""
        return Disturbed(gateway, self._faults)

    def _handler(self, api: str, handler: Handler) -> Handler:
        def disturbed(request: Request) -> Awaitable[Answer] | Answer:
            back = _on_the_way_back.get()
            given = handler(request) if back is None else self._meet(handler, request, back)
            if isinstance(given, Answer):
                return self._deviate(api, request.operation.id, given)
            return later(request, given)

        async def later(request: Request, given: Awaitable[Answer]) -> Answer:
            return self._deviate(api, request.operation.id, await given)

        return disturbed

    async def _meet(self, handler: Handler, request: Request, back: list[Struck]) -> Answer:
        struck = self._faults.draw("call", _facts(request), request.operation.responses)
        by_slot = {one.kind.slot: one for one in struck}
        wait, stand_in, on_wire = (by_slot.get(slot) for slot in ("wait", "answer", "wire"))
        if wait is not None:
            await asyncio.sleep(wait.seconds)
            if wait.seconds * 1000 >= LONGEST_WAIT_MS:
                on_wire = wait
        if on_wire is not None:
            back.append(on_wire)
            if _is_reset(on_wire) and not on_wire.after:
                return Answer(204)
        if stand_in is None:
            return await answered(handler(request))
        if stand_in.after:
            await answered(handler(request))
        return self._stand_in(stand_in, request)

    def _stand_in(self, struck: Struck, request: Request) -> Answer:
        """Returns what stands in for the answer, or raises the problem that does."""
        row = self._rows.get(struck.kind.name)
        if row is None:
            return _answer(struck)
        retry_after = struck.option("seconds")
        if row.kind is Trouble.EXHAUSTED:
            retry_after = window(request.now, self._anchor).seconds_left(request.now)
        raise Problem(
            row.kind,
            row.code or struck.kind.name,  # several rows may have one status
            row.meaning,
            hint=f"It was fault {struck.fault.id} of this sandbox.",
            retry_after=retry_after if isinstance(retry_after, int) else None,
        )


class Disturbed:
    """A gateway whose answers may travel badly."""

    def __init__(self, gateway: Gateway, faults: Faults) -> None:
        self._gateway = gateway
        self._faults = faults
        self.owns = gateway.owns

    def begin(self, scope: Message, receive: Receive, send: Send) -> Awaitable[None] | None:
        """As `gateway.asgi.Gateway.begin`, unless there is something to meet."""
        if "call" in self._faults.busy:
            return self(scope, receive, send)
        return self._gateway.begin(scope, receive, send)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if "call" not in self._faults.busy:
            await self._gateway(scope, receive, send)
            return
        back: list[Struck] = []
        _on_the_way_back.set(back)
        sent: list[Message] = []

        async def hold(message: Message) -> None:
            sent.append(message)

        await self._gateway(scope, receive, hold)
        _on_the_way_back.set(None)
        if sent:
            await travel(send, sent, back[0] if back else None)


async def travel(send: Send, sent: list[Message], struck: Struck | None) -> None:
    """Sends what an application sent: a start and a body, as the fault wants it."""
    if struck is None:
        for message in sent:
            await send(message)
        return
    start, body = sent[0], b"".join(message.get("body", b"") for message in sent[1:])
    if _is_reset(struck):
        await wire.reset(send)
    elif struck.kind.name.endswith("cut-body"):
        await wire.cut(send, start, body)
    else:
        await wire.slow(send, start, body, struck.seconds)


def _is_reset(struck: Struck) -> bool:
    return struck.kind.slot == "wait" or struck.kind.name.endswith("reset")


def _answer(struck: Struck) -> Answer:
    status, text = struck.option("status"), str(struck.option("body"))
    try:
        json.loads(text)
        media_type = "application/json"
    except ValueError:
        media_type = "text/html" if text.lstrip().startswith("<") else "text/plain"
    return Answer(
        status if isinstance(status, int) else 502,
        text.encode() if text else None,
        media_type=media_type,
    )


def _facts(request: Request) -> dict[str, Any]:
    modules = {request.path.get("moduleId", ""), request.path.get("sceneId", "")}
    if isinstance(request.body, dict) and isinstance(ids := request.body.get("ids"), list):
        modules.update(each for each in ids if isinstance(each, str))
    return {
        "plant": request.path.get("plantId", ""),
        "module": modules,
        "application": request.client_id,
        "operation": request.operation.id,
        "account": request.account_id,
    }
