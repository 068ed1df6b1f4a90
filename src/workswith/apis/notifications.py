"""Notifications v1.0: endpoints and deliveries for the developer's own programs. [C2C-6]

The caller is an application: its token names it, and what is not its own does not exist. What is
done is `webhooks.desk`'s, what is told `webhooks.telling`'s; here are pages of lists, filters and
the idempotency key.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from workswith.contracts.binding import Answer, Handler, Request
from workswith.kernel.clock import parse_iso
from workswith.kernel.database import Reads
from workswith.kernel.problem import Kind, Problem
from workswith.webhooks import reading, telling
from workswith.webhooks.desk import Desk
from workswith.webhooks.once import LONGEST_KEY

LIMIT = 50
_END = 2**62

T = TypeVar("T")


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
        limit = _limit(request)
        at, id_ = _cursor(request, int, str) or (-1, "")
        found = await reading.endpoints_of(
            self._reads,
            _own(request),
            self._desk.settings.rules,
            request.now,
            after=(at, id_),
            limit=limit + 1,
        )
        return _page(
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
            _instant(wanted.get("to"), _END, "to"),
            state=wanted.get("state", ""),
            key=_key(request),
        )
        return Answer(202, {"deliveries": done.deliveries, "losses": done.losses})

    async def losses(self, request: Request) -> Answer:
        limit = _limit(request)
        (before,) = _cursor(request, int) or (_END,)
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
        return _page("losses", found, limit, telling.loss, lambda one: (one.number,))

    async def deliveries(self, request: Request) -> Answer:
        limit, asked = _limit(request), request.query
        (before,) = _cursor(request, int) or (_END,)
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
        return _page("deliveries", found, limit, telling.delivery, lambda one: (one.number,))

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
        limit, asked = _limit(request), request.query
        after = reading.Seen(*(_cursor(request, int, str, int, str) or reading.FROM_THE_START))
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
        return _page(
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


def _limit(request: Request) -> int:
    return int(request.query.get("limit", LIMIT))


def _key(request: Request) -> str:
    key = request.headers.get("idempotency-key")
    if key is None:
        return ""
    if not 0 < len(key) <= LONGEST_KEY:
        raise _unreadable("Idempotency-Key", f"It has 1 to {LONGEST_KEY} characters.")
    return key


def _span(request: Request) -> dict[str, int]:
    return {
        "since": _instant(request.query.get("from"), 0, "from"),
        "until": _instant(request.query.get("to"), _END, "to"),
    }


def _instant(text: str | None, otherwise: int, field: str) -> int:
    if text is None:
        return otherwise
    try:
        return parse_iso(text)
    except ValueError:  # the thirteenth month, which has the documented form
        raise _unreadable(field, "There is no such instant.") from None


def _page(
    name: str,
    found: Sequence[T],
    limit: int,
    tell: Callable[[T], dict[str, Any]],
    seen: Callable[[T], tuple[Any, ...]],
) -> Answer:
    """``found`` is one more than ``limit`` where the list goes on."""
    shown = found[:limit]
    after = _packed(seen(shown[-1])) if len(found) > limit else None
    return Answer(200, {name: [tell(one) for one in shown], "next": after})


def _packed(seen: tuple[Any, ...]) -> str:
    return urlsafe_b64encode(json.dumps(seen).encode()).decode().rstrip("=")


def _cursor(request: Request, *types: type) -> tuple[Any, ...] | None:
    """What `_packed` made for the same list."""
    text = request.query.get("cursor")
    if text is None:
        return None
    try:
        seen = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except ValueError:
        seen = None
    fits = (
        isinstance(seen, list)
        and [type(each) for each in seen] == list(types)
        and all(abs(each) < _END for each in seen if isinstance(each, int))
        and all("\0" not in each for each in seen if isinstance(each, str))
    )
    if not fits:
        raise _unreadable("cursor", "It is none of this list.")
    return tuple(seen)


def _unreadable(field: str, detail: str) -> Problem:
    return Problem(Kind.MALFORMED, "query_parameter", f"{field}: {detail}", field=field)
