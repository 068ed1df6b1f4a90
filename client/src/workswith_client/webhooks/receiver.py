"""What a webhook endpoint decides about a request, and the queue behind it.

    request --> signed? --> handshake? --> seen before? --> queue --> 200

Each request takes far less than a millisecond and never waits for the program. A queue that is full
loses its eldest: a notification has the whole state of a thermostat, and an endpoint that answers
badly is banned; `Receiver.missed` tells the `Keeper` to look.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import NamedTuple

from workswith_client.errors import SignatureRefused, WebhookError
from workswith_client.smarther_models import Status

from .notification import Handshake, Notification, parse
from .signature import key, verify

LARGEST_BODY = 1024 * 1024
BODY_SECONDS = 5.0
REMEMBERED = 10_000
WAITING = 1_000


class Reply(NamedTuple):
    status: int
    body: bytes = b""


class Receiver:
    """For one event loop. Read by ``async for``, or by `get`.

    ``secrets`` are those of your endpoint; two while one is being replaced. Without any, whoever
    knows the address is believed.
    """

    def __init__(
        self,
        secrets: Sequence[str] = (),
        *,
        waiting: int = WAITING,
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = [key(one) for one in secrets]
        self._clock = clock
        self._queue: deque[Notification] = deque(maxlen=waiting)
        self._wanted = asyncio.Event()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._remembered = remembered
        self.missed: int = 0
        """Notifications that the queue had no room for."""
        self.heard: dict[str, float] = {}
        """When each plant was heard of last, in seconds since 1970 UTC."""
        self.last: dict[str, Status] = {}
        """What each thermostat was last said to be."""

    def use_secrets(self, secrets: Sequence[str]) -> None:
        """From now on, instead of those before."""
        self._keys = [key(one) for one in secrets]

    def take(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """The answer to a POST; header names in lower case."""
        if len(body) > LARGEST_BODY:
            return Reply(413)
        try:
            signed = verify(self._keys, headers, body, self._clock()) if self._keys else ""
            found = parse(body)
        except SignatureRefused:
            return Reply(401)
        except WebhookError:
            return Reply(400)
        if isinstance(found, Handshake):
            return Reply(200, found.answer)
        for number, notification in enumerate(found):
            # The delivery's id is signed; an event's is the same for all who subscribed.
            if self._new(f"{signed}/{number}" if signed else notification.id):
                self.put(notification)
        return Reply(200)

    def put(self, notification: Notification) -> None:
        """Queues it for who reads."""
        if len(self._queue) == self._queue.maxlen:
            self.missed += 1
        self._queue.append(notification)
        for status in notification.thermostats:
            self.last[status.module_id] = status
        if not notification.fetched:
            self.heard[notification.plant_id] = self._clock()
        self._wanted.set()

    async def get(self) -> Notification:
        """The next one, as soon as there is one."""
        while not self._queue:
            self._wanted.clear()
            await self._wanted.wait()
        return self._queue.popleft()

    async def __aiter__(self) -> AsyncIterator[Notification]:
        while True:
            yield await self.get()

    def _new(self, id_: str) -> bool:
        if not id_:
            return True
        if id_ in self._seen:
            self._seen.move_to_end(id_)
            return False
        self._seen[id_] = None
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return True
