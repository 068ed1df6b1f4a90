"""A receiver in an aiohttp program, Home Assistant for one. Needs the extra ``aiohttp``.

app.router.add_post("/notifications/3f9c", handler(receiver))
"""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from .receiver import BODY_SECONDS, LARGEST_BODY, Receiver, Reply


def handler(receiver: Receiver) -> Callable[[web.Request], Awaitable[web.Response]]:
    """For a route that takes POST."""

    async def handle(request: web.Request) -> web.Response:
        body = b""
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for piece in request.content.iter_any():
                    body += piece
                    if len(body) > LARGEST_BODY:
                        return web.Response(status=413)
        except TimeoutError:
            return web.Response(status=408)
        headers = {name.lower(): value for name, value in request.headers.items()}
        reply: Reply = receiver.take(headers, body)
        return web.Response(status=reply.status, body=reply.body, content_type="application/json")

    return handle
