"""The gateway as an ASGI application. [GTW-1…4; ASGI 3.0, HTTP]

It owns everything below the base path of each API. Every answer carries ``X-Flow-Id``, by which the
log, the events and the deliveries of the call are found again.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from itertools import count
from time import perf_counter_ns
from types import MappingProxyType
from typing import Any

from workswith.catalog.burst import Bursts
from workswith.catalog.quota import Counter
from workswith.catalog.window import Windows
from workswith.contracts.binding import Api
from workswith.kernel import log
from workswith.kernel.clock import Clock
from workswith.kernel.database import DatabaseAway
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from . import answers
from .bodies import CallerGone
from .call import AccessTokens, Call, CallRecord, Mount, Parts, Receive, Scope, Send, Subscriptions
from .cors import Cors
from .pipeline import LIMIT, PIPELINE, RECOGNISE, SERVE, Step
from .recognising import Recognitions
from .settings import Settings
from .steps import KEY_HEADER

_KNOWN_STEPS: tuple[Step, ...] = (*LIMIT, *SERVE)
ANSWER = "workswith.answer"
"""The extension of our server by which a whole answer is handed over; others get messages."""
_NONE: dict[str, Any] = {}
_log = log.get("gateway")
AWAY_SECONDS = 5
"""What ``Retry-After`` says while there is no database."""
OnCall = Callable[[CallRecord], None]


class Gateway:
    """``origin`` is where the APIs are reached, ``portal_origin`` whose pages may call them.

    ``on_call`` hears of every finished call; it must not wait and must not raise. ``own_tokens`` are
    those of APIs that take no token of a user, by slug.
    """

    def __init__(
        self,
        apis: Sequence[Api],
        *,
        subscriptions: Subscriptions,
        access_tokens: AccessTokens,
        counter: Counter,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        origin: str,
        portal_origin: str = "",
        quota_anchor_minutes: int = 0,
        on_call: OnCall | None = None,
        own_tokens: Mapping[str, AccessTokens] = MappingProxyType({}),
    ) -> None:
        made = (_mount(api, origin, own_tokens.get(api.document.slug)) for api in apis)
        mounts = sorted(made, key=lambda m: -len(m.prefix))
        self._parts = Parts(
            tuple(mounts),
            subscriptions.known,
            subscriptions.find,
            access_tokens.remembered,
            access_tokens.verify,
            Bursts(),
            counter,
            Windows(quota_anchor_minutes),
            settings,
            {},
        )
        self._tells_rest = settings.rate_limit_headers
        self._clock = clock
        self._cors = Cors(portal_origin)
        self._on_call = on_call
        self._flow_prefix = ident.key()[:8]
        self._flows = count(1)
        self._recognitions = Recognitions()
        self._first_steps: tuple[Step, ...] = (*LIMIT, *RECOGNISE, self._remember, *SERVE)
        self.forget = self._recognitions.forget
        """Listens to whatever may end a key or a token."""
        self.base_paths = tuple(mount.prefix.rstrip("/") for mount in mounts)
        self._below = tuple(f"{base}/" for base in self.base_paths)

    def use(self, settings: Settings) -> None:
        """Goes by other settings from the next call on."""
        self._parts = self._parts._replace(settings=settings)
        self._tells_rest = settings.rate_limit_headers

    def owns(self, path: str) -> bool:
        """Whether the (decoded) path is at or below the base path of an API."""
        return path.startswith(self._below) or path in self.base_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the gateway speaks http, not {scope['type']}")
        rest = self.begin(scope, receive, send)
        if rest is not None:
            await rest

    def begin(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None] | None:
        """Answers what needs no waiting and returns ``None``; else returns what is to be awaited."""
        flow = f"{self._flow_prefix}{next(self._flows):05x}"
        call = Call(scope, receive, flow, self._clock.now(), perf_counter_ns())
        before = log.flow.set(flow)
        code = ""
        try:
            preflight = self._cors.preflight(call) if call.method == "OPTIONS" else None
            if preflight is not None:
                rendered = answers.empty(204, preflight)
            else:
                parts = self._parts
                steps = iter(self._steps_for(call))
                for step in steps:
                    waiting = step(call, parts)
                    if waiting is not None:
                        return self._go_on(call, send, waiting, steps)
                rendered = answers.of_answer(call.answer)
        except Exception as error:
            rendered, code = self._refusal(call, error)
        finally:
            log.flow.reset(before)
        return self._deliver(call, send, rendered, code)

    async def _go_on(
        self, call: Call, send: Send, waiting: Awaitable[None], steps: Iterator[Step]
    ) -> None:
        log.flow.set(call.flow)
        code = ""
        try:
            await waiting
            parts = self._parts
            for step in steps:
                more = step(call, parts)
                if more is not None:
                    await more
            rendered = answers.of_answer(call.answer)
        except CallerGone:
            return
        except Exception as error:
            rendered, code = self._refusal(call, error)
        sending = self._deliver(call, send, rendered, code)
        if sending is not None:
            await sending

    def _steps_for(self, call: Call) -> tuple[Step, ...]:
        raw_path = call.scope.get("raw_path")
        if not raw_path or call.scope["query_string"]:
            return PIPELINE
        known, headers = self._recognitions, call.headers
        call.mark = (
            call.method,
            raw_path,
            headers.get(KEY_HEADER),
            headers.get(b"authorization"),
        )
        if known.find(call.mark, call):
            return _KNOWN_STEPS
        call.changes = known.changes
        return self._first_steps

    def _remember(self, call: Call, _parts: Parts) -> None:
        self._recognitions.keep(call.mark, call, call.changes)

    def _refusal(self, call: Call, error: Exception) -> tuple[answers.Rendered, str]:
        """What is answered in place of what was asked for, and the code of the problem."""
        if isinstance(error, Problem):
            problem = error
            self._log_problem(call, problem)
        elif isinstance(error, DatabaseAway):
            _log.error("a call found no database", reason=str(error))
            problem = Problem(
                Kind.UNAVAILABLE,
                "database_away",
                "The service is not available.",
                retry_after=AWAY_SECONDS,
            )
        else:
            # A bug of ours must end neither the connection nor the process.
            _log.error("a call failed", operation=self._operation(call), exc_info=error)
            problem = Problem(Kind.INTERNAL, "crashed", "The service failed.")
        return answers.of_problem(problem, call, self._parts.settings), problem.code

    def _log_problem(self, call: Call, problem: Problem) -> None:
        """Only what the answer does not say; everything else is in the record of the call."""
        if problem.debug or problem.kind is Kind.INTERNAL:
            write = _log.error if problem.kind is Kind.INTERNAL else _log.info
            write(
                "a call was refused",
                operation=self._operation(call),
                problem=problem.code,
                debug=problem.debug,
            )

    def _deliver(
        self, call: Call, send: Send, rendered: answers.Rendered, code: str
    ) -> Awaitable[None] | None:
        flow = call.flow.encode()
        special = b"origin" in call.headers or (self._tells_rest and call.used)
        whole = None if special else call.scope.get("extensions", _NONE).get(ANSWER)
        if whole is not None:
            body = b"" if call.method == "HEAD" else rendered.body
            if whole(send, b"%sx-flow-id: %s\r\n" % (rendered.head, flow), body):
                if self._on_call is not None:
                    self._on_call(self._record(call, rendered.status, code))
                return None
        return self._send(call, send, rendered, code)

    async def _send(self, call: Call, send: Send, rendered: answers.Rendered, code: str) -> None:
        headers = [*rendered.headers, (b"x-flow-id", call.flow.encode())]
        if b"origin" in call.headers:
            headers += self._cors.headers(call)
        if self._tells_rest and call.used:
            headers += answers.rate_limit(call)
        body = b"" if call.method == "HEAD" else rendered.body
        await send({"type": "http.response.start", "status": rendered.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if self._on_call is not None:
            self._on_call(self._record(call, rendered.status, code))

    @staticmethod
    def _operation(call: Call) -> str:
        return call.bound.operation.id if hasattr(call, "bound") else ""

    def _record(self, call: Call, status: int, code: str) -> CallRecord:
        now = perf_counter_ns()
        handled_from = call.handled_from or now
        handled_until = call.handled_until or handled_from
        key, access = getattr(call, "key", None), getattr(call, "access", None)
        return CallRecord(
            call.now,
            call.flow,
            call.mount.api.document.slug if call.mount else "",
            self._operation(call),
            call.method,
            status,
            code,
            key.subscription_id if key else "",
            key.product_id if key else "",
            key.which if key else "",
            access.client_id if access else "",
            access.account_id if access else "",
            (handled_from - call.started) // 1000,
            (handled_until - handled_from) // 1000,
            (now - handled_until) // 1000,
        )


def _mount(api: Api, origin: str, tokens: AccessTokens | None = None) -> Mount:
    base = api.document.base_path
    realm = f"{origin.rstrip('/')}{base}"
    return Mount(
        prefix=f"{base.rstrip('/')}/",
        api=api,
        key_challenge=f'AzureApiManagementKey realm="{realm}",'
        'name="Ocp-Apim-Subscription-Key",type="header"',
        token_challenge=f'Bearer realm="{realm}"',
        tokens=tokens,
    )
