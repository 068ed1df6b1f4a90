"""Notifications v1.0: endpoints and deliveries for the developer's own programs. [C2C-6]

The caller is an application: its token names it, and what is not its own does not exist. What is
done is `webhooks.desk`'s, what is told `webhooks.telling`'s; here are filters and the
idempotency key.
"""

from collections.abc import Mapping
from typing import Any

from workswith.contracts.binding import Answer, Handler, Request
from workswith.kernel.clock import parse_iso
from workswith.kernel.database import Reads
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks import reading, telling
from workswith.webhooks.desk import Desk
from workswith.webhooks.once import LONGEST_KEY

from .pages import END, cursor_of, limit_of, page, unreadable


def handlers(reads: Reads, desk: Desk) -> Mapping[str, Handler]:
    """The handler of each operation of ``notifications.yaml``, by operation id."""
    own = _Notifications(reads, desk)
    return {
        "list-endpoints": own.endpoints,
        "get-endpoint": own.endpoint,
        "lift-ban": own.lift_ban,
        "send-test": own.send_test,
        "replay-missed": own.replay_missed,
        "list-losses": own.losses,
        "list-deliveries": own.deliveries,
        "get-delivery": own.delivery,
        "replay-delivery": own.replay,
        "list-events": own.events,
    }


def error_body(status: int, message: str, problem: Problem) -> Any:
    """As usual, with a word for programs; a conflict says which one it is."""
    said = problem.detail if problem.kind is Kind.CONFLICT else message
    return {"statusCode": status, "message": said, "code": problem.code}


class _Notifications:
    def __init__(self, reads: Reads, desk: Desk) -> None:
        self._reads = reads
        self._desk = desk

    async def endpoints(self, request: Request) -> Answer:
        limit = limit_of(request)
        at, id_ = cursor_of(request, int, str) or (-1, "")
        found = await reading.endpoints_of(
            self._reads,
            _own(request),
            self._desk.settings.rules,
            request.now,
            after=(at, id_),
            limit=limit + 1,
        )
        return page(
            "endpoints",
            found,
            limit,
            lambda one: telling.endpoint(one, request.now),
            lambda one: (one.created_at, one.id),
        )

    async def endpoint(self, request: Request) -> Answer:
        return Answer(200, telling.endpoint(await self._endpoint(request), request.now))

    async def lift_ban(self, request: Request) -> Answer:
        await self._desk.lift_ban(_own(request), request.path["endpoint"])
        return Answer(204)

    async def send_test(self, request: Request) -> Answer:
        id_ = await self._desk.send_test(_own(request), request.path["endpoint"], key=_key(request))
        return Answer(202, {"id": id_})

    async def replay_missed(self, request: Request) -> Answer:
        wanted = request.body
        done = await self._desk.replay_range(
            _own(request),
            request.path["endpoint"],
            _instant(wanted.get("from"), 0, "from"),
            _instant(wanted.get("to"), END, "to"),
            state=wanted.get("state", ""),
            key=_key(request),
        )
        return Answer(202, {"deliveries": done.deliveries, "losses": done.losses})

    async def losses(self, request: Request) -> Answer:
        limit = limit_of(request)
        (before,) = cursor_of(request, int) or (END,)
        endpoint = await self._endpoint(request)
        found = await reading.losses_of(
            self._reads,
            _own(request),
            endpoint.id,
            plant_id=request.query.get("plant", ""),
            **_span(request),
            before=before,
            limit=limit + 1,
        )
        return page("losses", found, limit, telling.loss, lambda one: (one.number,))

    async def deliveries(self, request: Request) -> Answer:
        limit, asked = limit_of(request), request.query
        (before,) = cursor_of(request, int) or (END,)
        found = await reading.deliveries_of(
            self._reads,
            _own(request),
            endpoint_id=asked.get("endpoint", ""),
            state=asked.get("state", ""),
            plant_id=asked.get("plant", ""),
            **_span(request),
            before=before,
            limit=limit + 1,
        )
        return page("deliveries", found, limit, telling.delivery, lambda one: (one.number,))

    async def delivery(self, request: Request) -> Answer:
        mine = _own(request)
        one = await reading.delivery_of(self._reads, mine, request.path["delivery"])
        if one is None:
            raise Problem(Kind.UNKNOWN, "delivery_unknown", "There is no such delivery.")
        attempts = await reading.attempts_of(self._reads, mine, one.id)
        return Answer(200, telling.whole_delivery(one, attempts))

    async def replay(self, request: Request) -> Answer:
        """What waits is on its way already; to say so is all that a second click needs."""
        deliveries = 1
        try:
            await self._desk.replay(_own(request), request.path["delivery"], key=_key(request))
        except Problem as problem:
            if problem.code != "delivery_waiting":
                raise
            deliveries = 0
        return Answer(202, {"deliveries": deliveries, "losses": 0})

    async def events(self, request: Request) -> Answer:
        limit, asked = limit_of(request), request.query
        after = reading.Seen(*(cursor_of(request, int, str, int, str) or reading.FROM_THE_START))
        found = await reading.events_of(
            self._reads,
            _own(request),
            endpoint_id=asked.get("endpoint", ""),
            plant_id=asked.get("plant", ""),
            **_span(request),
            after=after,
            limit=limit + 1,
        )
        render = self._desk.render
        return page(
            "events",
            found,
            limit,
            lambda one: telling.event(one, render(one.event, one.subscription)),
            lambda one: one.seen,
        )

    async def _endpoint(self, request: Request) -> reading.EndpointView:
        found = await reading.endpoint_of(
            self._reads,
            _own(request),
            request.path["endpoint"],
            self._desk.settings.rules,
            request.now,
        )
        if found is None:
            raise Problem(Kind.UNKNOWN, "endpoint_unknown", "There is no such endpoint.")
        return found


def _own(request: Request) -> tuple[str]:
    return (request.client_id,)


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        return ""
    if not 0 < len(key) <= LONGEST_KEY:
        raise unreadable("Idempotency-Key", f"It has 1 to {LONGEST_KEY} characters.")
    return key


def _span(request: Request) -> dict[str, int]:
    return {
        "since": _instant(request.query.get("from"), 0, "from"),
        "until": _instant(request.query.get("to"), END, "to"),
    }


def _instant(text: str | None, otherwise: int, field: str) -> int:
    if text is None:
        return otherwise
    try:
        return parse_iso(text)
    except ValueError:  # the thirteenth month, which has the documented form
        raise unreadable(field, "There is no such instant.") from None
