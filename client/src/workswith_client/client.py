"""The client, for programs that wait."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from . import calling, subscribing, tokens
from ._home_control import HomeControl
from ._smarther import Smarther
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
from .waiting import Waiting

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")


class Client(Common):
    """For programs that wait. Threads may share one.

    with Client(client_id, client_secret, key, store="tokens.json") as client:
        for plant in client.smarther.plants(): …
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
        sleep: Callable[[float], object] = time.sleep,
        http: "httpx2.Client | None" = None,
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
        self._driver: Waiting = Waiting(self.verify(), http, sleep)
        self.smarther: Smarther = Smarther(self.run)
        self.home_control: HomeControl = HomeControl(self.run)

    def run(self, operation: Operation[T], /) -> T:
        """Any operation. Raises the errors of `errors`."""
        return self._driver.run(calling.call(self._core, operation))

    def sign_in(
        self,
        redirect_uri: str = "http://localhost:8765/callback",
        *,
        show: Callable[[str], object] | None = None,
        paste: Callable[[], str] | None = None,
        scopes: Sequence[str] = (),
        pkce: bool = True,
        seconds: float = SIGN_IN_SECONDS,
    ) -> None:
        """Has the person sign in, in a browser, and keeps the tokens.

        ``show`` gets the address to open; by default it is printed and opened. With ``paste``,
        where the browser is on another machine, the person brings the address that they were sent
        back to: ``paste=lambda: input("Address: ")``. Raises `SignInError`, `TokenError`.
        """
        came_back = ask_person(
            self, redirect_uri, show=show, paste=paste, scopes=scopes, pkce=pkce, seconds=seconds
        )
        self.finish_sign_in(*came_back)

    def finish_sign_in(self, sign_in: SignIn, came_back: str) -> None:
        """``came_back`` is the whole address that the browser was sent to."""
        self._driver.run(finish(self._core, sign_in, came_back))

    def signed_in(self) -> bool:
        """Whether there are tokens; whether they are still good shows with the next call."""
        return self._driver.run(signed_in(self._core))

    def sign_out(self) -> None:
        """Forgets the tokens. The person's consent stays; they end it on the portal."""
        self._driver.run(sign_out(self._core))

    def access_token(self) -> str:
        """A good one, renewed if need be, for what this library does not do."""
        return self._driver.run(tokens.access_token(self._core.login))

    def ensure_subscription(self, plant_id: str, url: str) -> str:
        """The id of a subscription to a home's thermostats, made where there is none yet."""
        return self._driver.run(subscribing.ensure(self._core, plant_id, url))

    def forecast(self) -> Forecast:
        """What of the day is spent, and when it ends at this pace."""
        return self._driver.run(spending(self._core).forecast())

    def close(self) -> None:
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
