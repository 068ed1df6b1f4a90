"""From answers and problems to what goes over the wire."""

import re
from functools import cache
from http import HTTPStatus
from typing import NamedTuple

import msgspec

from workswith.contracts.binding import Answer
from workswith.kernel.problem import Problem

from .call import Call
from .settings import Settings
from .statuses import refusal, row_of

RawHeaders = list[tuple[bytes, bytes]]

_JSON = (b"content-type", b"application/json")
_KEY_CODES = frozenset({"key_missing", "key_invalid", "api_not_in_product"})
_TOKEN_CODES = frozenset({"token_invalid", "token_expired", "id_token"})
_REFUSED_KEY = "Access Denied"
"""What the original writes behind the 401 of a key. [smarther.md §9.1]"""
_BODILESS = frozenset({204, 304})
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9a-z-]+")
_encode = msgspec.json.Encoder().encode


class Rendered(NamedTuple):
    """``headers`` may be given again and is not to be changed; names are lower-case.

    ``head`` is status line and headers as they go over the wire, without the empty line.
    """

    status: int
    headers: RawHeaders
    body: bytes
    head: bytes


def rendered(status: int, headers: RawHeaders, body: bytes, reason: str = "") -> Rendered:
    """``reason`` is the phrase of the status line, where it is not the usual one.

    Raises ``ValueError`` for a header with a control character.
    """
    for name, value in headers:
        if _CONTROL.search(value) or not _NAME.fullmatch(name):
            raise ValueError("a header has one line")
    lines = [_status_line(status, reason), *(b"%s: %s\r\n" % header for header in headers)]
    return Rendered(status, headers, body, b"".join(lines))


def empty(status: int, headers: RawHeaders) -> Rendered:
    return rendered(status, headers, b"")


@cache
def _status_line(status: int, reason: str) -> bytes:
    known = status in HTTPStatus._value2member_map_
    phrase = reason or (HTTPStatus(status).phrase if known else "")
    return f"HTTP/1.1 {status} {phrase}\r\n".encode()


def of_answer(answer: Answer) -> Rendered:
    """The same again for the same answer. Raises ``ValueError`` for a header with a line break."""
    kept: Rendered | None = answer.wire
    if kept is not None:
        return kept
    answer.wire = made = _render(answer)
    return made


def _render(answer: Answer) -> Rendered:
    value = answer.body
    headers: RawHeaders = []
    if value is None or answer.status in _BODILESS:
        body = b""
    else:
        body = value if isinstance(value, bytes) else _encode(value)
        json = answer.media_type == "application/json"
        headers.append(_JSON if json else (b"content-type", _line(answer.media_type)))
    if answer.status not in _BODILESS:
        headers.append((b"content-length", b"%d" % len(body)))
    for name, text in answer.headers.items():
        headers.append((_line(name).lower(), _line(text)))
    return rendered(answer.status, headers, body)


def of_problem(problem: Problem, call: Call, settings: Settings) -> Rendered:
    operation = call.bound.operation if hasattr(call, "bound") else None
    status, body = refusal(
        problem,
        operation,
        quota_status=settings.quota_status,
        token_error_shape=settings.token_error_shape,
        error_body=call.mount.api.error_body if call.mount else None,
    )
    headers: RawHeaders = [_JSON, (b"content-length", b"%d" % len(body))]
    if problem.retry_after is not None:
        headers.append((b"retry-after", b"%d" % problem.retry_after))
    if challenge := _challenge(problem, call):
        headers.append((b"www-authenticate", challenge.encode("latin-1", "replace")))
    if settings.error_hints:
        hint = _sentences(problem.detail, problem.hint or row_of(problem).hint)
        headers.append((b"x-error-hint", hint.encode("latin-1", "replace")))
    return rendered(status, headers, body, _REFUSED_KEY if problem.code in _KEY_CODES else "")


def _sentences(detail: str, hint: str) -> str:
    """On one line. A message of the table is no sentence yet."""
    if detail and hint and not detail.endswith((".", "!", "?")):
        detail = f"{detail}."
    return " ".join(f"{detail} {hint}".split())


def rate_limit(call: Call) -> RawHeaders:
    """What is left of the day, as draft-ietf-httpapi-ratelimit-headers has it."""
    limit = call.key.daily_quota
    left, seconds = max(0, limit - call.used), call.window.seconds_left(call.now)
    return [
        (b"ratelimit-policy", b'"day";q=%d;w=86400' % limit),
        (b"ratelimit", b'"day";r=%d;t=%d' % (left, seconds)),
    ]


def _challenge(problem: Problem, call: Call) -> str:
    """The key's as the original writes it; the token's by RFC 6750 section 3."""
    mount = call.mount
    if mount is None:
        return ""
    if problem.code in _KEY_CODES:
        return mount.key_challenge
    if problem.code == "token_missing":
        return mount.token_challenge
    if problem.code in _TOKEN_CODES:
        return f'{mount.token_challenge}, error="invalid_token"'
    if problem.code == "scope_missing":
        scope = call.bound.operation.scope
        return f'{mount.token_challenge}, error="insufficient_scope", scope="{scope}"'
    return ""


def _line(text: str) -> bytes:
    return text.encode("latin-1", "replace")
