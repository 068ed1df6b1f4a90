"""Calls a bound document as the gateway does, and holds every answer against the document."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from workswith.contracts.binding import Api, Request
from workswith.contracts.conformance import answer_misfits
from workswith.gateway.statuses import refusal
from workswith.kernel.clock import Clock
from workswith.kernel.problem import Problem

EVERYTHING = frozenset(
    {
        "topology.read",
        "scene.read",
        "scene.write",
        "remote.read",
        "meter.read",
        "safety.read",
        "audiovideoterminal.read",
        *(f"{kind}.{way}" for kind in ("light", "plug", "automation", "comfort") for way in ("read", "write")),
    }
)  # fmt: skip


class Caller:
    """One application in the hands of one account."""

    def __init__(self, api: Api, clock: Clock, account_id: str = "anna") -> None:
        self.api = api
        self.clock = clock
        self.account_id = account_id

    async def raw(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        who: str = "",
        scopes: frozenset[str] = EVERYTHING,
        content_type: str = "application/json",
        client_id: str = "app",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        found = self.api.find(method, path)
        assert found is not None, f"{method} {path}"
        bound, parts = found
        sent = b"" if body is None else body if isinstance(body, bytes) else _encode(body)
        headers = {**({"content-type": content_type} if sent else {}), **(headers or {})}
        values = dict(parse_qsl(query, keep_blank_values=True))
        try:
            request = Request(
                bound.operation,
                parts,
                values,
                headers,
                bound.check(values, headers, sent),
                sent,
                account_id=who or self.account_id,
                client_id=client_id,
                scopes=scopes,
                flow="flow",
                now=self.clock.now(),
            )
            answer = await bound.handle(request)
            status, given = answer.status, b"" if answer.body is None else _encode(answer.body)
        except Problem as problem:
            status, given = refusal(problem, bound.operation, error_body=self.api.error_body)
        assert answer_misfits(bound.operation, status, given) == []
        return status, given

    async def __call__(self, method: str, target: str, body: Any = None, **more: Any) -> Any:
        """Status and body as a value; ``None`` for an empty one."""
        status, given = await self.raw(method, target, body, **more)
        return status, msgspec.json.decode(given) if given else None


_encode = msgspec.json.encode
