"""Performs the steps of a flow by waiting. [flow.py]"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import ConnectionLost, TimedOut
from .flow import Blocking, Flow, Step, Wait, Whole
from .sending import LARGEST_ANSWER, options, response, transport_error
from .wire import Request, Response

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")


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
            with self._http.stream(**options(request)) as answer:
                return response(answer, b"".join(_bounded(answer.iter_bytes(), end)))
        except Exception as error:
            raise transport_error(error) from error


def _bounded(pieces: Iterator[bytes], end: float) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise ConnectionLost("The answer is too large.")
        if time.monotonic() > end:
            raise TimedOut("The answer did not come wholly in time.")
        yield piece
