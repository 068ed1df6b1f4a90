"""The steps of the pipeline, in its order."""

from collections.abc import Awaitable, Callable
from time import perf_counter_ns
from urllib.parse import quote

from workswith.catalog.keys import ActiveKey
from workswith.catalog.quota import counted
from workswith.contracts.binding import Answer, Request
from workswith.kernel.problem import Kind, Problem

from .bodies import body_here, has_body, read_body
from .call import Access, Call, Headers, Match, Parts
from .queries import parse_query

KEY_HEADER = b"ocp-apim-subscription-key"
KEY_QUERY = "subscription-key"
MATCHES = 4_096
LONGEST_MATCH = 512
"""So many recent paths, of at most so many bytes, are remembered."""


def require_a_short_head(call: Call, parts: Parts) -> None:
    scope, limits = call.scope, parts.settings
    if (
        len(scope["headers"]) > limits.header_limit
        or len(scope["query_string"]) + len(scope["path"]) > limits.address_limit
    ):
        raise Problem(Kind.TOO_LARGE, "head_too_large", "The address or the headers are too long.")


def match_the_operation(call: Call, parts: Parts) -> None:
    """Also for a method that the path does not have: there is no 405 here."""
    raw: bytes = call.scope.get("raw_path") or quote(call.scope["path"]).encode()
    match = parts.matched.get((call.method, raw))
    if match is None:
        match = _match(call, parts, raw)
        if len(parts.matched) >= MATCHES:
            parts.matched.clear()
        if len(raw) <= LONGEST_MATCH:
            parts.matched[call.method, raw] = match
    call.mount, call.bound, path = match
    call.path = path.copy()


def _match(call: Call, parts: Parts, raw: bytes) -> Match:
    path = raw.decode("latin-1")
    for mount in parts.mounts:
        if path.startswith(mount.prefix):
            call.mount = mount
            found = mount.api.find(call.method, path[len(mount.prefix) - 1 :])
            if found is not None:
                return mount, *found
            break
    raise Problem(Kind.UNKNOWN, "operation_unknown", "There is no such operation.")


def identify_the_subscription(call: Call, parts: Parts) -> Awaitable[None] | None:
    """The query is looked at only when the header is absent. [platform.md A1]"""
    query_string = call.scope["query_string"]
    if query_string:
        call.query = parse_query(query_string)
    in_header = call.headers.get(KEY_HEADER)
    in_query = call.query.pop(KEY_QUERY, None) if query_string else None
    key = in_query if in_header is None else in_header.decode("latin-1").strip()
    if not key:
        raise Problem(Kind.UNAUTHENTICATED, "key_missing", "The call has no subscription key.")
    active = parts.known_key(key)
    if active is None:
        return _find(call, parts, key)
    _accept_key(call, active)
    return None


async def _find(call: Call, parts: Parts, key: str) -> None:
    active = await parts.find_key(key)
    if active is None:
        raise _key_invalid()
    _accept_key(call, active)


def _accept_key(call: Call, active: ActiveKey) -> None:
    """Refuses at the very instant at which the subscription ends."""
    if active.ends_at is not None and call.now >= active.ends_at:
        raise _key_invalid()
    call.key = active


def _key_invalid() -> Problem:
    return Problem(Kind.UNAUTHENTICATED, "key_invalid", "The subscription key is not valid.")


def require_the_api_in_the_product(call: Call, _parts: Parts) -> None:
    mount = call.mount
    if mount is None or mount.api.document.slug not in call.key.apis:
        raise Problem(
            Kind.UNAUTHENTICATED, "api_not_in_product", "The product does not contain this API."
        )


def verify_the_token(call: Call, parts: Parts) -> Awaitable[None] | None:
    header = call.headers.get(b"authorization")
    text = None if header is None else header.decode("latin-1")
    mount = call.mount
    if mount is not None and mount.tokens is not None:
        return _verify(call, mount.tokens.verify, text)
    access = parts.known_token(text, call.now)
    if access is None:
        return _verify(call, parts.verify, text)
    call.access = access
    return None


async def _verify(
    call: Call, verify: Callable[[str | None, int], Awaitable[Access]], header: str | None
) -> None:
    call.access = await verify(header, call.now)


def slow_down(call: Call, parts: Parts) -> None:
    """Where the product has a limit per minute; what it refuses counts against no quota."""
    key = call.key
    if key.calls_per_minute:
        parts.bursts.take(
            counted(key.product_id, call.access.account_id), key.calls_per_minute, call.now
        )


def require_the_scope(call: Call, parts: Parts) -> Awaitable[None] | None:
    scope = call.bound.operation.scope
    if not scope or scope in call.access.scopes:
        return None
    return _count_and_forbid(call, parts, scope)


async def _count_and_forbid(call: Call, parts: Parts, scope: str) -> None:
    if waiting := spend_quota(call, parts):
        await waiting
    raise Problem(Kind.FORBIDDEN, "scope_missing", f"The access token lacks the scope {scope}.")


def spend_quota(call: Call, parts: Parts) -> Awaitable[None] | None:
    """Counts for the product and the end-user, durably before the call goes on. [GTW-3]"""
    key = call.key
    call.window = window = parts.windows.at(call.now)
    who = counted(key.product_id, call.access.account_id)
    try:
        used = parts.counter.take_now(who, window.day, key.daily_quota)
    except Problem as problem:
        raise _spent(call, problem) from None
    if used is None:
        return _spend_quota(call, parts, who)
    call.used = used
    return None


async def _spend_quota(call: Call, parts: Parts, who: str) -> None:
    try:
        call.used = await parts.counter.take(who, call.window.day, call.key.daily_quota)
    except Problem as problem:
        raise _spent(call, problem) from None


def _spent(call: Call, problem: Problem) -> Problem:
    call.used = call.key.daily_quota
    problem.retry_after = call.window.seconds_left(call.now)
    return problem


def read_and_validate(call: Call, parts: Parts) -> Awaitable[None] | None:
    if has_body(call.headers):
        here = body_here(call, parts.settings)
        if here is None:
            return _read_and_validate(call, parts)
        call.raw = here
    _validate(call, parts)
    return None


async def _read_and_validate(call: Call, parts: Parts) -> None:
    call.raw = await read_body(call, parts.settings)
    _validate(call, parts)


def _validate(call: Call, parts: Parts) -> None:
    call.visible = Headers(call.headers)
    call.body = call.bound.check(call.query, call.visible, call.raw, parts.settings.body_limit)


def handle(call: Call, _parts: Parts) -> Awaitable[None] | None:
    bound, access = call.bound, call.access
    call.handled_from = perf_counter_ns()
    request = Request(
        bound.operation,
        call.path,
        call.query,
        call.visible,
        call.body,
        call.raw,
        access.account_id,
        access.client_id,
        call.key.subscription_id,
        access.scopes,
        call.flow,
        call.now,
    )
    try:
        given = bound.handler(request)
    finally:
        call.handled_until = perf_counter_ns()
    if isinstance(given, Answer):
        call.answer = given
        return None
    return _handle(call, given)


async def _handle(call: Call, given: Awaitable[Answer]) -> None:
    try:
        call.answer = await given
    finally:
        call.handled_until = perf_counter_ns()
