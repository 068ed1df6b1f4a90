"""Running an ASGI application on a socket that is already bound, until a signal."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvicorn

from .http import BODY_SECONDS, HEAD_SECONDS, Protocol

GRACE_SECONDS = 5
BACKLOG = 1024
KEEP_ALIVE_SECONDS = 75
YOUNG_OBJECTS = 20_000
"""The collector looks for garbage once so many more are there: calls under way are none."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 means any free one. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.listen(BACKLOG)
    bound.set_inheritable(False)
    return bound


class _Server(uvicorn.Server):
    """Leaves signals to us, so that a stop is a clean exit and not a re-raised signal."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def configured(
    app: Any,
    *,
    head_seconds: float = HEAD_SECONDS,
    body_seconds: float = BODY_SECONDS,
    **more: Any,
) -> uvicorn.Config:
    """How we have uvicorn, whoever runs it; what arrives more slowly than that ends with 408."""
    limits = {"head_seconds": head_seconds, "body_seconds": body_seconds}
    return uvicorn.Config(
        app,
        interface="asgi3",  # asked of uvicorn, a bound method is none
        loop="none",
        http=type("Limited", (Protocol,), limits),
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        **more,
    )


async def serve(
    app: Any,
    bound: socket.socket,
    *,
    certificate: str | None = None,
    key: str | None = None,
    ready: Callable[[], None] = lambda: None,
    **limits: float,
) -> None:
    """Serves until SIGINT or SIGTERM; calls ``ready`` once requests are answered.

    ``limits`` are those of `configured`.
    """
    server = _Server(configured(app, ssl_certfile=certificate, ssl_keyfile=key, **limits))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.force_exit = server.should_exit  # the second signal means it
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn has no event
        await asyncio.sleep(0.005)
    if server.started:
        ready()
        _begin_collecting()
    await serving


def _begin_collecting() -> None:
    """What is there now stays; garbage is looked for among what comes from here on."""
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    gc.enable()
