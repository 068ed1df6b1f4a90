"""From a host's name to its addresses, so that no name server holds up anybody else's names.

The system's resolver takes a thread for as long as it takes: ten seconds and more where a name server
is silent. So names that answered late lately have places of their own, one that is late moves there
as long as there is room, and each name is asked for once at a time, however many wait for it. [C2C-6]
"""

import asyncio
import contextlib
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from threading import Thread

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host, in the order to try. Raises ``OSError`` when there are none."""

PROMPT, TARDY = 16, 48
"""Names that may be asked for at once, by how they answered the last time."""
TARDY_SECONDS = 1.0
"""Real seconds after which a name is tardy, until it answers sooner."""
REMEMBERED = 10_000
"""Names that are known to be tardy."""


def ask_system(host: str) -> list[str]:
    """Blocks. Raises ``OSError`` or ``UnicodeError``."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class SystemResolver:
    """A `Resolve`. ``ask`` blocks; threads that it does not come back to do not hold up an exit."""

    def __init__(
        self,
        ask: Callable[[str], list[str]] = ask_system,
        *,
        tardy_seconds: float = TARDY_SECONDS,
    ) -> None:
        self._ask_system = ask
        self._tardy_seconds = tardy_seconds
        self._prompt = asyncio.Semaphore(PROMPT)
        self._tardy = asyncio.Semaphore(TARDY)
        self._late: OrderedDict[str, None] = OrderedDict()
        self._asked: dict[str, asyncio.Task[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        with contextlib.suppress(ValueError):
            return [str(ip_address(host))]  # is what it resolves to
        question = self._asked.get(host)
        if question is None:
            question = self._asked[host] = asyncio.create_task(self._ask(host))
            question.add_done_callback(lambda over: self._over(host, over))
        # Whoever stops waiting does not end it: the thread cannot be called back.
        return await asyncio.shield(question)

    def close(self) -> None:
        for question in list(self._asked.values()):
            question.cancel()

    async def _ask(self, host: str) -> list[str]:
        place = self._tardy if host in self._late else self._prompt
        await place.acquire()
        try:
            answer = self._in_thread(host)
            in_time, _ = await asyncio.wait((answer,), timeout=self._tardy_seconds)
            if in_time:
                self._late.pop(host, None)
            else:
                self._remember(host)
                if place is self._prompt and not self._tardy.locked():
                    await self._tardy.acquire()
                    place.release()
                    place = self._tardy
            return await answer
        finally:
            place.release()

    def _remember(self, host: str) -> None:
        self._late[host] = None
        self._late.move_to_end(host)
        if len(self._late) > REMEMBERED:
            self._late.popitem(last=False)

    def _in_thread(self, host: str) -> "asyncio.Future[list[str]]":
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def end(found: list[str], error: Exception | None) -> None:
            if answer.done():  # nobody waits any more
                return
            if error is None:
                answer.set_result(found)
            else:
                answer.set_exception(error)

        def ask() -> None:
            found: list[str] = []
            failure: Exception | None = None
            try:
                found = self._ask_system(host)
            except Exception as error:
                failure = error
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(end, found, failure)

        Thread(target=ask, name="resolve", daemon=True).start()
        return answer

    def _over(self, host: str, question: "asyncio.Task[list[str]]") -> None:
        self._asked.pop(host, None)
        if not question.cancelled():
            question.exception()  # has been told to whoever still waited
