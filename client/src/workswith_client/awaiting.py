"""Performs the steps of a flow by awaiting. [flow.py]"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ConnectionLost
from .flow import Blocking, Flow, Step, Wait, Whole
from .sending import LARGEST_ANSWER, options, response, transport_error
from .wire import Request, Response

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")


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
                self._http.stream(**options(request)) as answer,
            ):
                body = b"".join([piece async for piece in _bounded_async(answer.aiter_bytes())])
                return response(answer, body)
        except Exception as error:
            raise transport_error(error) from error


async def _to_the_end(step: Blocking) -> Any:
    working = asyncio.get_running_loop().run_in_executor(None, step.act)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise


async def _bounded_async(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise ConnectionLost("The answer is too large.")
        yield piece
