"""Reads what is posted to /token: urlencoded or multipart, Basic or not. [OID-3 OID-11]

[RFC 6749 sections 2.3.1 and 3.2] Nothing is taken from the query.
"""

from base64 import b64decode
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from . import client_keys, errors
from .parameters import MOST, single, unreadable

LONGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """``basic`` says that a 401 has to name the scheme."""

    params: dict[str, str]
    client_id: str
    client_secret: str
    basic: bool = False


async def read(scope: Scope, receive: Receive) -> TokenRequest:
    """Raises `OAuthError`."""
    headers = Headers(scope=scope)
    body = await _body(receive)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        pairs = _urlencoded(body)
    elif kind == "multipart/form-data":
        pairs = await _multipart(headers, body)
    else:
        raise errors.invalid_request(
            "The body has to be application/x-www-form-urlencoded or multipart/form-data"
        )
    if unreadable(pairs):
        raise errors.invalid_request(
            "A parameter is too long or has characters that are not allowed"
        )
    params, repeated = single(pairs)
    if repeated:
        raise errors.invalid_request("A parameter stands there more than once")
    return _client(params, headers.get("authorization"))


def _client(params: dict[str, str], authorization: str | None) -> TokenRequest:
    """One way to say who asks, not two. [RFC 6749 section 2.3]"""
    scheme, _, credentials = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        if "client_id" not in params and "client_assertion" in params:
            # An assertion names its client by itself. [RFC 7521 section 4.2]
            named = client_keys.unverified(params["client_assertion"]).get("sub")
            params["client_id"] = named if isinstance(named, str) else ""
        if not params.get("client_id"):
            raise errors.missing("client_id")
        if "client_secret" in params and "client_assertion" in params:
            raise errors.invalid_request("There is more than one client authentication")
        return TokenRequest(params, params["client_id"], params.get("client_secret", ""))
    try:
        raw = b64decode(credentials.strip(), validate=True).decode()
        name, colon, secret = raw.partition(":")
        client_id = unquote_plus(name, errors="strict")
        client_secret = unquote_plus(secret, errors="strict")
    except ValueError:
        colon = client_id = client_secret = ""
    if not colon or "\0" in client_id + client_secret:
        raise errors.invalid_request("The Authorization header is not readable")
    twice = {"client_secret", "client_assertion"} & set(params)
    if twice or params.get("client_id", client_id) != client_id:
        raise errors.invalid_request("There is more than one client authentication")
    return TokenRequest(params, client_id, client_secret, basic=True)


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise errors.invalid_request("The body is incomplete")
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > LONGEST_BODY:
            raise errors.invalid_request(f"The body has more than {LONGEST_BODY} bytes")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _urlencoded(body: bytes) -> tuple[tuple[str, str], ...]:
    try:
        return tuple(
            parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST)
        )
    except ValueError:
        raise errors.invalid_request("The body cannot be read as a form") from None


async def _multipart(headers: Headers, body: bytes) -> tuple[tuple[str, str], ...]:
    async def stream() -> AsyncGenerator[bytes, None]:
        yield body

    parser = MultiPartParser(headers, stream(), max_files=0, max_fields=MOST)
    try:
        form: Any = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise errors.invalid_request("The body cannot be read as a form") from None
    pairs = form.multi_items()
    if any(isinstance(value, UploadFile) for _, value in pairs):
        raise errors.invalid_request("The body has a file")
    return tuple(pairs)
