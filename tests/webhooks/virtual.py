"""A loop and a network in which time passes only when everybody waits: an hour takes moments, and a
story goes the same way each time, with the real sender, its deadlines and its judging of addresses.
"""

import asyncio
import selectors
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Answer = Callable[[bytes], tuple[float, bytes] | None]
"""What an endpoint does with a request: after so many seconds so many bytes, or nothing ever."""


class _Skipping(selectors.DefaultSelector):
    """Passes the time that it is asked to wait for."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits for ever")
        if not ready and timeout:
            self.loop.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """``now`` are its seconds. `network` is whom `create_connection` reaches."""

    def __init__(self) -> None:
        selector = _Skipping()
        selector.loop = self
        self.now = 0.0
        self.network: Network | None = None
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    async def create_connection(self, *called: Any, **_: Any) -> Any:
        """What dialling uses of it: a factory of protocols, and an address."""
        assert self.network is not None
        factory, address = called[:2]
        return await self.network.connect(factory, address)


class Network:
    """Answers by address; ``dialled`` are all addresses that a packet went to."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Answer] = {}
        self.dialled: list[str] = []
        self.connect_seconds = 0.001

    async def connect(self, factory: Callable[[], Any], address: str) -> tuple[Any, Any]:
        self.dialled.append(address)
        await asyncio.sleep(self.connect_seconds)
        if address not in self.endpoints:
            raise ConnectionRefusedError(address)
        protocol = factory()
        transport = _Line(protocol, self.endpoints[address])
        protocol.connection_made(transport)
        return transport, protocol


class _Line(asyncio.Transport):
    """A plain connection to an endpoint."""

    def __init__(self, protocol: Any, answer: Answer) -> None:
        super().__init__()
        self._protocol = protocol
        self._answer = answer
        self._open = True

    def write(self, data: Any) -> None:
        said = self._answer(bytes(data))
        if said is not None:
            after, answer = said
            asyncio.get_running_loop().call_later(after, self._receive, answer)

    def _receive(self, data: bytes) -> None:
        if self._open:
            self._protocol.data_received(data)

    def is_closing(self) -> bool:
        return not self._open

    def close(self) -> None:
        if self._open:
            self._open = False
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


def run(story: Callable[[VirtualLoop], Coroutine[Any, Any, T]]) -> T:
    """Tells a story on a loop of its own."""
    loop = VirtualLoop()
    loop.network = Network()
    try:
        return loop.run_until_complete(story(loop))
    finally:
        loop.close()


class Names:
    """A resolver that answers by a function; what it answered stands in ``answers``."""

    def __init__(self, answer: Callable[[str], Sequence[str]]) -> None:
        self._answer = answer
        self.answers: list[tuple[str, ...]] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        await asyncio.sleep(0.001)
        found = self._answer(host)
        self.answers.append(tuple(found))
        if not found:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return list(found)
