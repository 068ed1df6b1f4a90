"""The client, for programs that wait and for programs that await: two thin faces of one core."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from . import calling, service, signin, store, subscribing, tokens
from ._home_control import AsyncHomeControl, HomeControl
from ._smarther import AsyncSmarther, Smarther
from .application import application
from .budget import Budget, Forecast, Spending
from .calling import Core
from .drive import Awaiting, Waiting
from .errors import ConfigurationError, SignInRequired
from .flow import Flow
from .locks import Release, acquire
from .operation import Operation
from .retries import Retries
from .service import Service
from .signin import SignIn
from .store import Store

if TYPE_CHECKING:
    import ssl

    import httpx2

T = TypeVar("T")

SIGN_IN_SECONDS = 300.0
ANSWER_SECONDS = 30.0


class _Common:
    """What both have: who calls, where, and with what. Nothing here waits."""

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
    ) -> None:
        """Without ``base``, ``login`` or ``service``, ``WORKSWITH_URL`` says where, else it is the original.

        ``subscription_key`` may be both keys of a subscription. ``store`` keeps tokens and the count:
        the path of a file, or a `Store`; without one, a sign-in is needed each time. ``budget``
        ``None`` counts nothing. ``timeout`` is for one whole answer, in seconds. ``ca_file`` is an
        authority to trust in place of the system's. ``clock`` gives seconds since 1970 UTC.
        """
        self.service = service or _service(base, login)
        self.store: Store = _store(store)
        self.application = application(client_id, client_secret, subscription_key)
        self._ca_file = ca_file
        who = tokens.Login(
            self.service,
            self.application,
            self.store,
            calling.headers(user_agent),
            clock,
            timeout,
        )
        spending = None if budget is None else Spending(budget, self.store, clock)
        self._core = Core(who, spending, retries, list(self.application.keys))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.service.api!r})"

    def now(self) -> float:
        """Seconds since 1970 UTC, by the clock of this client."""
        return self._core.login.now()

    def begin_sign_in(
        self, redirect_uri: str, *, scopes: Sequence[str] = (), pkce: bool = True
    ) -> SignIn:
        """For programs that show the address by themselves; `finish_sign_in` takes what comes back.

        ``pkce`` off is for an application that was registered without it.
        """
        return signin.begin(self.service, self.application, redirect_uri, scopes=scopes, pkce=pkce)

    def _verify(self) -> "ssl.SSLContext | None":
        if self._ca_file is None:
            return None
        import ssl  # noqa: PLC0415  import of this library stays fast

        return ssl.create_default_context(cafile=self._ca_file)


class Client(_Common):
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
        self._driver = Waiting(self._verify(), http, sleep)
        self.smarther = Smarther(self.run)
        self.home_control = HomeControl(self.run)

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
        came_back = _ask_person(
            self, redirect_uri, show=show, paste=paste, scopes=scopes, pkce=pkce, seconds=seconds
        )
        self.finish_sign_in(*came_back)

    def finish_sign_in(self, sign_in: SignIn, came_back: str) -> None:
        """``came_back`` is the whole address that the browser was sent to."""
        self._driver.run(_finish(self._core, sign_in, came_back))

    def signed_in(self) -> bool:
        """Whether there are tokens; whether they are still good shows with the next call."""
        return self._driver.run(_signed_in(self._core))

    def sign_out(self) -> None:
        """Forgets the tokens. The person's consent stays; they end it on the portal."""
        self._driver.run(_sign_out(self._core))

    def access_token(self) -> str:
        """A good one, renewed if need be, for what this library does not do."""
        return self._driver.run(tokens.access_token(self._core.login))

    def ensure_subscription(self, plant_id: str, url: str) -> str:
        """The id of a subscription to a home's thermostats, made where there is none yet."""
        return self._driver.run(subscribing.ensure(self._core, plant_id, url))

    def forecast(self) -> Forecast:
        """What of the day is spent, and when it ends at this pace."""
        return self._driver.run(_spending(self._core).forecast())

    def close(self) -> None:
        self._driver.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Common):
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
        self._driver = Awaiting(self._verify(), http, sleep)
        self.smarther = AsyncSmarther(self.run)
        self.home_control = AsyncHomeControl(self.run)

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
            _ask_person,
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
        await self._driver.run(_finish(self._core, sign_in, came_back))

    async def signed_in(self) -> bool:
        """Whether there are tokens; whether they are still good shows with the next call."""
        return await self._driver.run(_signed_in(self._core))

    async def sign_out(self) -> None:
        """Forgets the tokens. The person's consent stays; they end it on the portal."""
        await self._driver.run(_sign_out(self._core))

    async def access_token(self) -> str:
        """A good one, renewed if need be, for what this library does not do."""
        return await self._driver.run(tokens.access_token(self._core.login))

    async def ensure_subscription(self, plant_id: str, url: str) -> str:
        """The id of a subscription to a home's thermostats, made where there is none yet."""
        return await self._driver.run(subscribing.ensure(self._core, plant_id, url))

    async def forecast(self) -> Forecast:
        """What of the day is spent, and when it ends at this pace."""
        return await self._driver.run(_spending(self._core).forecast())

    async def close(self) -> None:
        await self._driver.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _service(base: str, login: str) -> Service:
    return service.chosen(base, login)


def _store(given: Store | str | Path | None) -> Store:
    return store.chosen(given)


def _finish(core: Core, sign_in: SignIn, came_back: str) -> Flow[None]:
    code = signin.code_of(sign_in, came_back)
    yield from tokens.exchange(core.login, code, sign_in.redirect_uri, sign_in.verifier)


def _signed_in(core: Core) -> Flow[bool]:
    try:
        yield from tokens.load(core.login)
    except SignInRequired:
        return False
    return True


def _sign_out(core: Core) -> Flow[None]:
    kept = core.login.store
    release: Release = yield from acquire(lambda: kept.try_lock("tokens"), tokens.LOCK_SECONDS)
    try:
        yield from tokens.save(core.login, None)
    finally:
        release()


def _spending(core: Core) -> Spending:
    if core.spending is None:
        raise ConfigurationError("This client has no budget.")
    return core.spending


def _ask_person(
    client: _Common,
    redirect_uri: str,
    *,
    show: Callable[[str], object] | None,
    paste: Callable[[], str] | None,
    scopes: Sequence[str],
    pkce: bool,
    seconds: float,
) -> tuple[SignIn, str]:
    show = show or (_print if paste else _print_and_open)
    if paste is not None:
        sign_in = client.begin_sign_in(redirect_uri, scopes=scopes, pkce=pkce)
        show(sign_in.url)
        return sign_in, paste()
    from .loopback import Loopback  # noqa: PLC0415  import of this library stays fast

    with Loopback(redirect_uri) as loopback:
        sign_in = client.begin_sign_in(loopback.redirect_uri, scopes=scopes, pkce=pkce)
        show(sign_in.url)
        return sign_in, loopback.wait(sign_in, seconds)


def _print(url: str) -> None:
    print(f"Open this address to sign in:\n\n    {url}\n", flush=True)  # noqa: T201  for a person


def _print_and_open(url: str) -> None:
    import webbrowser  # noqa: PLC0415

    _print(url)
    webbrowser.open(url)
