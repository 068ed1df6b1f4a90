"""What handlers need of webhook subscriptions, whichever API they are of. [C2C-1]"""

from collections.abc import Sequence
from typing import Protocol


class Subscription(Protocol):
    """What is listed of a webhook subscription."""

    @property
    def id(self) -> str: ...
    @property
    def plant_id(self) -> str: ...
    @property
    def url(self) -> str: ...


class Subscriptions(Protocol):
    """`webhooks.subscriptions.Subscriptions`."""

    async def subscribe(
        self, account_id: str, client_id: str, plant_id: str, api: str, url: str
    ) -> str: ...

    async def of_account(
        self, account_id: str, api: str, *, client_id: str = ""
    ) -> Sequence[Subscription]: ...

    async def latest_url(self, client_id: str, api: str) -> str | None: ...

    async def unsubscribe(
        self, account_id: str, plant_id: str, subscription_id: str, *, client_id: str = ""
    ) -> None: ...
