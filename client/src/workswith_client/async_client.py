"""The client, for programs on asyncio."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from . import calling, subscribing, tokens
from ._home_control import AsyncHomeControl
from ._smarther import AsyncSmarther
from .awaiting import Awaiting
from .budget import Budget, Forecast
from .common import (
    ANSWER_SECONDS,
    SIGN_IN_SECONDS,
    Common,
    ask_person,
    finish,
    sign_out,
    signed_in,
    spending,
)
from .operation import Operation
from .retries import Retries
from .service import Service
from .signin import SignIn
from .store import Store

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")


class AsyncClient(Common):
    """For programs on asyncio.

    async with AsyncClient(client_id, client_secret, key, store="tokens.json") as client:
        for plant in await client.smarther.plants(): …
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        subscription_key: str | Sequence[str],
        *,
        store: "Store | str | Path | None" = None,
        base: str = "",
        login: str = "",
        service: Service | None = None,
        budget: Budget | None = Budget(),  # noqa: B008  frozen
        retries: Retries = Retries(),  # noqa: B008  frozen
        timeout: float = ANSWER_SECONDS,
        user_agent: str = "",
        ca_file: str | Path | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        http: "httpx2.AsyncClient | None" = None,
    ) -> None:
        """As said above; ``http`` is one of your own, with its proxies, that stays open. ``clock`` and
        ``sleep`` can be those of a sandbox, so that a day passes in a second.
        """
        super().__init__(
            client_id,
            client_secret,
            subscription_key,
            store=store,
            base=base,
            login=login,
            service=service,
            budget=budget,
            retries=retries,
            timeout=timeout,
            user_agent=user_agent,
            ca_file=ca_file,
            clock=clock,
        )
        self._driver: Awaiting = Awaiting(self.verify(), http, sleep)
        self.smarther: AsyncSmarther = AsyncSmarther(self.run)
        self.home_control: AsyncHomeControl = AsyncHomeControl(self.run)

    async def run(self, operation: Operation[T], /) -> T:
        """Any operation. Raises the errors of `errors`."""
        return await self._driver.run(calling.call(self._core, operation))

    async def sign_in(
        self,
        redirect_uri: str = "http://localhost:8765/callback",
        *,
        show: Callable[[str], object] | None = None,
        paste: Callable[[], str] | None = None,
        scopes: Sequence[str] = (),
        pkce: bool = True,
        seconds: float = SIGN_IN_SECONDS,
    ) -> None:
        """As `Client.sign_in`; ``show`` and ``paste`` are called in a thread."""
        came_back = await asyncio.to_thread(
            ask_person,
            self,
            redirect_uri,
            show=show,
            paste=paste,
            scopes=scopes,
            pkce=pkce,
            seconds=seconds,
        )
        await self.finish_sign_in(*came_back)

    async def finish_sign_in(self, sign_in: SignIn, came_back: str) -> None:
        """``came_back`` is the whole address that the browser was sent to."""
        await self._driver.run(finish(self._core, sign_in, came_back))

    async def signed_in(self) -> bool:
        """Whether there are tokens; whether they are still good shows with the next call."""
        return await self._driver.run(signed_in(self._core))

    async def sign_out(self) -> None:
        """Forgets the tokens. The person's consent stays; they end it on the portal."""
        await self._driver.run(sign_out(self._core))

    async def access_token(self) -> str:
        """A good one, renewed if need be, for what this library does not do."""
        return await self._driver.run(tokens.access_token(self._core.login))

    async def ensure_subscription(self, plant_id: str, url: str) -> str:
        """The id of a subscription to a home's thermostats, made where there is none yet."""
        return await self._driver.run(subscribing.ensure(self._core, plant_id, url))

    async def forecast(self) -> Forecast:
        """What of the day is spent, and when it ends at this pace."""
        return await self._driver.run(spending(self._core).forecast())

    async def close(self) -> None:
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
