"""The doors of notifications: what is never sent, and endpoints that fail. [SBX-3 C2C-3]"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workswith.events.outbox import Event
from workswith.kernel.database import Reads, query
from workswith.webhooks.fanout import Renderer
from workswith.webhooks.sent import Sent
from workswith.webhooks.subscriptions import Subscription

from .engine import Faults

_OWNER = query(str, "SELECT client_id FROM webhook_endpoint WHERE id = :id")

Attempted = Callable[[str, Sent], None]
"""Hears of each attempt: whose endpoint it was, and how it went."""


class Posts(Protocol):
    """`webhooks.worker.Posts`."""

    def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Awaitable[Sent]: ...


class NotificationDoor:
    """``deviate`` changes the body of a notification."""

    def __init__(
        self,
        faults: Faults,
        reads: Reads,
        deviate: Callable[[str, bytes], bytes],
        attempted: Attempted,
    ) -> None:
        self._faults = faults
        self._reads = reads
        self._deviate = deviate
        self._attempted = attempted
        self._owners: dict[str, str] = {}

    def before_fan_out(self, renderers: Mapping[str, Renderer]) -> Mapping[str, Renderer]:
        """What makes the bodies, with this door in front of it."""
        return {api: self._renderer(api, render) for api, render in renderers.items()}

    def _renderer(self, api: str, render: Renderer) -> Renderer:
        def disturbed(event: Event, subscription: Subscription) -> bytes | None:
            body = render(event, subscription)
            if body is None:
                return None
            if "notification" in self._faults.busy and self._faults.draw(
                "notification", _facts(event, subscription)
            ):
                return None
            return self._deviate(api, body)

        return disturbed

    def before_sender(self, posts: Posts) -> Posts:
        """What posts, with this door in front of it."""
        return _Posts(self, posts)

    async def attempt(
        self,
        posts: Posts,
        endpoint_id: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
    ) -> Sent:
        """One attempt through the door."""
        client_id = await self._owner(endpoint_id)
        struck = []
        if "attempt" in self._faults.busy:
            facts = {"application": client_id, "endpoint": {endpoint_id, url}}
            struck = self._faults.draw("attempt", facts)
        by_name = {one.kind.name: one for one in struck}
        if fails := by_name.get("endpoint-fails"):
            error, status = str(fails.option("error") or ""), fails.option("status")
            sent = Sent(None if error or not isinstance(status, int) else status, error)
        else:
            sent = await posts.post(endpoint_id, url, headers, body)
            if "endpoint-late" in by_name:
                sent = Sent(None, "timeout", sent.connect_ms, sent.answer_ms)
        self._attempted(client_id, sent)
        return sent

    async def _owner(self, endpoint_id: str) -> str:
        if endpoint_id not in self._owners:
            self._owners[endpoint_id] = await self._reads.one(_OWNER, id=endpoint_id) or ""
        return self._owners[endpoint_id]


@dataclass(frozen=True, slots=True)
class _Posts:
    door: NotificationDoor
    posts: Posts

    async def post(
        self, endpoint_id: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
    ) -> Sent:
        return await self.door.attempt(self.posts, endpoint_id, url, headers, body)


def _facts(event: Event, subscription: Subscription) -> dict[str, str | set[str]]:
    return {
        "plant": event.plant_id,
        "module": event.module_id,
        "application": subscription.client_id,
        "account": subscription.account_id,
        "endpoint": {subscription.endpoint_id, subscription.url},
    }
