"""The identity of one installation: accounts, applications, consents and the OAuth endpoints."""

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workswith.identity import endpoints
from workswith.identity.accounts import Accounts
from workswith.identity.applications import Applications
from workswith.identity.authorize import Authorize
from workswith.identity.closing import Closing
from workswith.identity.consents import Consents
from workswith.identity.errors import OAuthError
from workswith.identity.keys import SigningKeys
from workswith.identity.linking import AccountLinks
from workswith.identity.logout import Logout
from workswith.identity.own_details import OwnDetails
from workswith.identity.passkeys import Passkeys
from workswith.identity.second_factor import SecondFactor
from workswith.identity.sessions import Sessions
from workswith.identity.throttle import Throttle
from workswith.identity.tidying import Tidying
from workswith.identity.token import Tokens
from workswith.identity.tokens import AccessTokens
from workswith.identity.userinfo import UserInfo
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Work

from .kernel import Kernel
from .routing import Asgi

if TYPE_CHECKING:
    from workswith.identity.federation import Federation


class Identity:
    """Who somebody is, and what they allowed whom."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        database, clock = kernel.database, kernel.clock
        ident = kernel.ident.branch("identity")
        broadcast, settings = kernel.broadcast, kernel.settings.identity
        origins = kernel.origins
        throttle = Throttle(database, clock)

        self.accounts = Accounts(database, clock, ident, settings, broadcast)
        self.sessions = Sessions(database, clock, ident, settings)
        self.applications = Applications(database, clock, ident, settings, broadcast)
        self.consents = Consents(database, clock, ident, broadcast)
        self.own_details = OwnDetails(database, clock, ident, settings, broadcast, self.accounts)
        self.second_factor = SecondFactor(database, clock, ident, kernel.cipher, throttle)
        self.passkeys = Passkeys(database, clock, ident, throttle, origin=origins.portal)
        self.closing = Closing(
            database, clock, broadcast, self.accounts, self.applications, self.consents
        )
        self.links = AccountLinks(database, clock, ident, self.accounts, self.second_factor)
        self.federation = _federation(kernel)
        self.keys = SigningKeys(database, clock, kernel.cipher, settings, kernel.signing_keys)
        self.tokens = Tokens(
            database,
            clock,
            ident,
            settings,
            broadcast,
            keys=self.keys,
            login_origin=origins.login,
            key=kernel.key("refresh tokens"),
        )
        self.access_tokens = AccessTokens(
            database, clock, settings, broadcast, keys=self.keys, login_origin=origins.login
        )
        self.authorize = Authorize(
            database,
            clock,
            ident,
            settings,
            consents=self.consents,
            login_origin=origins.login,
            key=kernel.key("authorize tickets"),
            keys=self.keys,
        )
        self.logout = Logout(database, self.keys, origins.login)
        self.applications.on_delete(self.consents.end_of_application)
        self.works: tuple[Work, ...] = (
            self.keys,
            self.tokens.refusals,
            Tidying(database, clock),
        )

    async def prepare(self) -> None:
        """Signing keys, before the first request."""
        await self.keys.load()

    def login(self) -> Asgi:
        """The addresses of the login service that programs use."""
        kernel = self._kernel
        served = endpoints.Endpoints(
            tokens=self.tokens,
            keys=self.keys,
            access_tokens=self.access_tokens,
            accounts=self.accounts,
            clock=kernel.clock,
            login_origin=kernel.origins.login,
            authorize=self.authorize,
            userinfo=UserInfo(kernel.database, kernel.clock, self.access_tokens),
            hints=kernel.settings.identity.error_hints,
        )
        return served.asgi()

    async def close(self) -> None:
        self.accounts.close()
        if self.federation is not None:
            await self.federation.close()


def _federation(kernel: Kernel) -> "Federation | None":
    settings = kernel.settings.identity
    if not settings.federation_issuer:
        return None
    # Few installations have it, and its libraries weigh as much as a start without them.
    import httpx2  # noqa: PLC0415

    from workswith.identity.federation import Federation  # noqa: PLC0415
    from workswith.identity.provider import Provider  # noqa: PLC0415
    from workswith.web.signin.federation import CALLBACK  # noqa: PLC0415

    trusted = ssl.create_default_context()
    for authority in settings.federation_authorities:
        trusted.load_verify_locations(authority)
    http = httpx2.AsyncClient(timeout=10, verify=trusted)
    provider = Provider(kernel.clock, settings, http, f"{kernel.origins.portal}{CALLBACK}")
    return Federation(kernel.database, kernel.clock, kernel.ident, provider)


@dataclass(frozen=True, slots=True)
class Console:
    """The portal as an application of its own, for Try it."""

    tokens: Tokens
    client_id: str
    client_secret: str

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> str:
        """An access token for a code. Raises `Problem`."""
        params = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        try:
            answer = await self.tokens.answer(params, self.client_id, self.client_secret)
        except OAuthError as error:
            raise Problem(Kind.UNAUTHENTICATED, error.error, error.description) from error
        return str(answer["access_token"])
