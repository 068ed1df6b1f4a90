"""What both kinds of client have: who calls, where, with what; and what they do besides calls."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import calling, service, signin, store, tokens
from .application import Application, application
from .budget import Budget, Spending
from .calling import Core
from .errors import ConfigurationError, SignInRequired
from .flow import Flow
from .locks import Release, acquire
from .retries import Retries
from .service import Service
from .signin import SignIn
from .store import Store

if TYPE_CHECKING:
    import ssl

SIGN_IN_SECONDS = 300.0
ANSWER_SECONDS = 30.0


class Common:
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
        self.service: Service = service or _service(base, login)
        self.store: Store = _store(store)
        self.application: Application = application(client_id, client_secret, subscription_key)
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

    def verify(self) -> "ssl.SSLContext | None":
        if self._ca_file is None:
            return None
        import ssl  # noqa: PLC0415  import of this library stays fast

        return ssl.create_default_context(cafile=self._ca_file)


def _service(base: str, login: str) -> Service:
    return service.chosen(base, login)


def _store(given: Store | str | Path | None) -> Store:
    return store.chosen(given)


def finish(core: Core, sign_in: SignIn, came_back: str) -> Flow[None]:
    code = signin.code_of(sign_in, came_back)
    yield from tokens.exchange(core.login, code, sign_in.redirect_uri, sign_in.verifier)


def signed_in(core: Core) -> Flow[bool]:
    try:
        yield from tokens.load(core.login)
    except SignInRequired:
        return False
    return True


def sign_out(core: Core) -> Flow[None]:
    kept = core.login.store
    release: Release = yield from acquire(lambda: kept.try_lock("tokens"), tokens.LOCK_SECONDS)
    try:
        yield from tokens.save(core.login, None)
    finally:
        release()


def spending(core: Core) -> Spending:
    if core.spending is None:
        raise ConfigurationError("This client has no budget.")
    return core.spending


def ask_person(
    client: Common,
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
