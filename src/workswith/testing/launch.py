"""Starts the cloud of a test in a thread of its own, and ends it. [SBX-6]

The thread has its own event loop: whatever the test does on the caller's, frozen clocks, policies
and checks for what lingers included, is nothing to the cloud, and the other way round. Nothing else
in this process runs a thread for it.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

import msgspec

from workswith.kernel.clock import parse_iso
from workswith.sandbox.seed import HOMES
from workswith.settings import Settings

from .aio import AsyncCloud
from .bridge import Bridge
from .running import Options, Running, instant
from .sync import Cloud

T = TypeVar("T")
P = ParamSpec("P")

START = "2026-03-02T07:00:00Z"
"""A Monday morning in winter time, weeks before the clocks go forward."""
START_SECONDS = 60.0
CHEAP: Mapping[str, Any] = {
    # Passwords of a test protect nothing; hashing them well would take most of its time.
    "identity": {"argon2_memory_kib": 8, "argon2_rounds": 1, "password_threads": -1},
    "log": {"level": "error"},
}


class Launch:
    """``with`` and ``async with``."""

    def __init__(
        self,
        *,
        now: str | datetime | None,
        seed: int,
        settings: Mapping[str, Any],
        port: int,
        tls: bool,
        homes: Sequence[str] | None,
    ) -> None:
        """Raises ``ValueError`` for settings that there are not, and a time that is none."""
        try:
            chosen = msgspec.convert(_laid_over(CHEAP, settings), Settings)
        except msgspec.ValidationError as error:
            raise ValueError(f"settings: {error}") from None
        if chosen.database.url or chosen.catalog.quota_url:
            raise ValueError("settings: the cloud of a test has a database of its own")
        at = parse_iso(instant(START if now is None else now))
        self._running = Running(
            Options(chosen, seed, at, port, tls, HOMES if homes is None else tuple(homes))
        )
        self._loop = _new_loop()
        self._thread = threading.Thread(target=self._run, name="workswith", daemon=True)
        self._ready: Future[None] = Future()
        self._ended: Future[None] = Future()
        self._over: asyncio.Event

    def __enter__(self) -> Cloud:
        self._thread.start()
        self._ready.result(START_SECONDS)
        return Cloud(self._running, Bridge(self._loop))

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(START_SECONDS)

    async def __aenter__(self) -> AsyncCloud:
        self._thread.start()
        await asyncio.wrap_future(self._ready)
        return AsyncCloud(self._running, Bridge(self._loop))

    async def __aexit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        await asyncio.wrap_future(self._ended)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()
            self._ended.set_result(None)

    async def _live(self) -> None:
        self._over = asyncio.Event()
        try:
            await self._running.start()
        except BaseException as error:
            self._ready.set_exception(error)
            return
        self._ready.set_result(None)
        await self._over.wait()
        await self._running.stop()


class _Inline(ThreadPoolExecutor):
    """Runs what it is given at once: a cloud of a test has one thread, and nothing to wait for."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


def _new_loop() -> asyncio.AbstractEventLoop:
    """With uvloop, where there is one, sockets are not Python's, which test plugins replace."""
    try:
        import uvloop  # noqa: PLC0415  not on Windows

        loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    except ImportError:
        loop = asyncio.SelectorEventLoop()
    loop.set_default_executor(_Inline(1))
    return loop


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(below)
    for name, value in above.items():
        old = laid.get(name)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            laid[name] = _laid_over(old, value)
        else:
            laid[name] = value
    return laid
