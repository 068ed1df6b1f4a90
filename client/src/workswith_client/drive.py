"""Performs the steps of a flow, by waiting or by awaiting, with httpx2. [flow.py]

Redirects are never followed: a key and a token belong to the address that they were meant for. An
answer has a deadline for all of it, so that one that comes byte by byte ends too.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ConfigurationError, ConnectionLost, NotReached, TimedOut, TransportError
from .flow import Blocking, Flow, Step, Wait, Whole
from .wire import Request, Response

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")

CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 8 * 1024 * 1024


class Waiting:
    """For programs that wait. Threads may share one."""

    def __init__(
        self,
        verify: "ssl.SSLContext | None",
        http: "httpx2.Client | None",
        sleep: Callable[[float], object],
    ) -> None:
        self._verify = verify
        self._sleep = sleep
        self._http = http
        self._own = http is None

    def run(self, flow: Flow[T]) -> T:
        result: Any = None
        error: Exception | None = None
        try:
            while True:
                step = flow.send(result) if error is None else flow.throw(error)
                result, error = None, None
                try:
                    result = self._perform(step)
                except Exception as raised:
                    error = raised
        except StopIteration as end:
            done: T = end.value
            return done
        finally:
            flow.close()

    def close(self) -> None:
        if self._http is not None and self._own:
            self._http.close()
            self._http = None

    def _perform(self, step: Step) -> Any:
        if isinstance(step, Wait):
            self._sleep(step.seconds)
            return None
        if isinstance(step, Blocking):
            return step.act()
        if isinstance(step, Whole):
            return self.run(step.flow)
        return self._send(step)

    def _send(self, request: Request) -> Response:
        import httpx2  # noqa: PLC0415  import of this library stays fast

        if self._http is None:
            self._http = httpx2.Client(verify=self._verify or True)
        end = time.monotonic() + request.seconds
        try:
            with self._http.stream(**_options(request)) as answer:
                return _response(answer, b"".join(_bounded(answer.iter_bytes(), end)))
        except Exception as error:
            raise _transport_error(error) from error


class Awaiting:
    """For programs on asyncio."""

    def __init__(
        self,
        verify: "ssl.SSLContext | None",
        http: "httpx2.AsyncClient | None",
        sleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._verify = verify
        self._sleep = sleep
        self._http = http
        self._own = http is None
        self._under_way: set[asyncio.Task[Any]] = set()

    async def run(self, flow: Flow[T]) -> T:
        result: Any = None
        error: Exception | None = None
        try:
            while True:
                step = flow.send(result) if error is None else flow.throw(error)
                result, error = None, None
                try:
                    result = await self._perform(step)
                except Exception as raised:
                    error = raised
        except StopIteration as end:
            done: T = end.value
            return done
        finally:
            flow.close()

    async def close(self) -> None:
        if self._under_way:
            await asyncio.wait(self._under_way)
        if self._http is not None and self._own:
            await self._http.aclose()
            self._http = None

    async def _perform(self, step: Step) -> Any:
        if isinstance(step, Wait):
            return await self._sleep(step.seconds)
        if isinstance(step, Blocking):
            return await _to_the_end(step)
        if isinstance(step, Whole):
            task = asyncio.create_task(self.run(step.flow))
            self._under_way.add(task)
            task.add_done_callback(self._done)
            return await asyncio.shield(task)
        return await self._send(step)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # who wanted to know may be gone

    async def _send(self, request: Request) -> Response:
        import httpx2  # noqa: PLC0415  import of this library stays fast

        if self._http is None:
            # Reading the system's authorities takes a while.
            self._http = await asyncio.to_thread(httpx2.AsyncClient, verify=self._verify or True)
        try:
            async with (
                asyncio.timeout(request.seconds),
                self._http.stream(**_options(request)) as answer,
            ):
                body = b"".join([piece async for piece in _bounded_async(answer.aiter_bytes())])
                return _response(answer, body)
        except Exception as error:
            raise _transport_error(error) from error


async def _to_the_end(step: Blocking) -> Any:
    working = asyncio.get_running_loop().run_in_executor(None, step.act)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise


def _options(request: Request) -> dict[str, Any]:
    import httpx2  # noqa: PLC0415

    return {
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "content": request.body,
        "timeout": httpx2.Timeout(request.seconds, connect=min(CONNECT_SECONDS, request.seconds)),
        "follow_redirects": False,
    }


def _response(answer: "httpx2.Response", body: bytes) -> Response:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Response(answer.status_code, headers, body)


def _bounded(pieces: Iterator[bytes], end: float) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise ConnectionLost("The answer is too large.")
        if time.monotonic() > end:
            raise TimedOut("The answer did not come wholly in time.")
        yield piece


async def _bounded_async(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise ConnectionLost("The answer is too large.")
        yield piece


def _transport_error(error: Exception) -> Exception:
    """By whether the other side may have heard of it."""
    import httpx2  # noqa: PLC0415

    if isinstance(error, TransportError):
        return error
    if isinstance(error, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
        return ConfigurationError(f"{error}")
    never = httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout | httpx2.ProxyError
    if isinstance(error, never):
        return NotReached(f"No connection: {type(error).__name__}.")
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return TimedOut("The answer did not come in time.")
    if isinstance(error, httpx2.RequestError):
        return ConnectionLost(f"The connection was lost: {type(error).__name__}.")
    return error
