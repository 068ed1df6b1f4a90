"""Echo: sends back what it received, so that a client can be tried without a device. [API-1]

Decides what may be sent back. The headers of a request become headers of the answer only where that
is harmless: never a secret, never a header of the connection, never one that commands a browser,
and with one name and one printable value each, so that nothing can be injected.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

from msgspec import structs

from workswith.apis.xml import to_xml
from workswith.contracts.binding import Answer, Handler, Request
from workswith.kernel.clock import HOUR

SAMPLE = {"x-my-sample": "This is a sample"}
KEPT_FOR = HOUR
KEPT_AT_MOST = 256
"""Answers in the cache of one process; the oldest gives way."""

_SAFE = {
    # A body of the caller's choice must not become a page of this origin.
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
}
_SECRET = re.compile(r"auth|cookie|key|token|secret|session|password|signature|credential|csrf")
_NEVER = re.compile(
    r"connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|expect|http2-.*"
    r"|content-.*|date|server|via|age|vary|etag|last-modified|expires|pragma|cache-control"
    r"|location|refresh|link|alt-svc|nel|report-to|reporting-endpoints|sourcemap|set-.*|clear-.*"
    r"|access-control-.*|cross-origin-.*|strict-transport-security|permissions-policy"
    r"|referrer-policy|origin-agent-cluster|speculation-rules|retry-after|www-authenticate"
    r"|forwarded|x-forwarded.*|x-real-ip|x-client.*|x-my-sample|x-frame-options|x-content-.*|x-xss.*"
    r"|x-flow.*|x-request-id|x-accel.*|x-sendfile|x-quota.*|ratelimit.*"
)
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,100}")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]{0,2000}[\x21-\x7e])?")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(?:;[\x20-\x7e]{0,100})?")
_MANY = 60
"""Headers sent back at most."""


def handlers() -> dict[str, Handler]:
    """The six operations; the cached one keeps its answers in the table that this call makes."""
    cache = _Cache()
    return {
        "create-resource": create,
        "modify-resource": modify,
        "remove-resource": remove,
        "retrieve-header-only": headers_only,
        "retrieve-resource": retrieve,
        "retrieve-resource-cached": cache.retrieve,
    }


async def create(request: Request) -> Answer:
    body = to_xml(request.body).encode()
    return Answer(
        body=body, headers=echoed(request.headers), media_type="application/xml; charset=utf-8"
    )


async def modify(request: Request) -> Answer:
    return _mirror(request)


async def remove(request: Request) -> Answer:
    return Answer(headers=echoed(request.headers))


async def headers_only(request: Request) -> Answer:
    return Answer(headers={**echoed(request.headers), **SAMPLE})


async def retrieve(request: Request) -> Answer:
    return _mirror(request)


def echoed(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of a request's headers that may be sent back, and those that make the answer safe."""
    harmless = [
        (name, text)
        for name, text in headers.items()
        if _NAME.fullmatch(name)
        and _VALUE.fullmatch(text)
        and not _SECRET.search(name)
        and not _NEVER.fullmatch(name)
    ]
    return {**dict(harmless[:_MANY]), **_SAFE}


def _mirror(request: Request) -> Answer:
    media_type = request.headers.get("content-type", "")
    return Answer(
        body=request.raw or None,
        headers=echoed(request.headers),
        media_type=media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream",
    )


class _Cache:
    """The first answer of each hour, by parameters, Accept and Accept-Charset; bounded."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, tuple[int, Answer]] = OrderedDict()

    async def retrieve(self, request: Request) -> Answer:
        key = _varies_on(request)
        kept = self._answers.get(key)
        if kept is None or request.now >= kept[0]:
            answer = _mirror(structs.replace(request, raw=b""))
            kept = (request.now + KEPT_FOR, answer)
            self._answers.pop(key, None)
            self._answers[key] = kept
            if len(self._answers) > KEPT_AT_MOST:
                self._answers.popitem(last=False)
        return replace(kept[1], headers=dict(kept[1].headers))


def _varies_on(request: Request) -> bytes:
    """A digest, so that a long query takes no more room than a short one."""
    parts = [
        *(f"{name}={text}" for name, text in sorted(request.query.items())),
        request.headers.get("accept", ""),
        request.headers.get("accept-charset", ""),
    ]
    text = "\0".join(
        f"{len(part)}:{part}" for part in parts if not part.startswith("subscription-key=")
    )
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
