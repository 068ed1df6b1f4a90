"""What a program sends to the control interface, read strictly: every mistake is a ``ValueError``."""

import json
from typing import Any

from starlette.requests import Request

BODY_LIMIT = 16_384


async def read_body(request: Request, limit: int = BODY_LIMIT) -> dict[str, Any]:
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > limit:
            raise ValueError("the body is too large")
    try:
        body = json.loads(raw or b"{}")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise ValueError("the body is a JSON object") from None
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON object")  # noqa: TRY004  every mistake is a 400
    return body


def text(body: dict[str, Any], member: str, otherwise: str | None = None) -> str:
    """A text of the body; without ``otherwise`` it has to be there."""
    value = body.get(member, otherwise)
    if not isinstance(value, str):
        raise ValueError(f"{member} is a text")  # noqa: TRY004  a 400
    return value


def texts(body: dict[str, Any], member: str) -> list[str]:
    value = body.get(member, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{member} is an array of texts")
    return value


def number(body: dict[str, Any], member: str, otherwise: int | None = None) -> int:
    value = body.get(member, otherwise)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{member} is a whole number")  # noqa: TRY004  a 400
    return value
