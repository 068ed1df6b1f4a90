"""The whole area, put together as `workswith.app` does."""

from dataclasses import dataclass

from starlette.routing import BaseRoute

from workswith.identity.accounts import Accounts
from workswith.identity.applications import Applications
from workswith.identity.authorize import Authorize
from workswith.identity.consents import Consents
from workswith.identity.endpoints import Endpoints
from workswith.identity.keys import SigningKeys
from workswith.identity.logout import Logout
from workswith.identity.sessions import Sessions
from workswith.identity.settings import Settings
from workswith.identity.tidying import Tidying
from workswith.identity.token import Tokens
from workswith.identity.tokens import AccessTokens
from workswith.identity.userinfo import UserInfo
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher, derive
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database
from workswith.kernel.ident import Ident


@dataclass(frozen=True, slots=True)
class Identity:
    """``keys`` and ``tidying`` are the area's `Work`s."""

    accounts: Accounts
    sessions: Sessions
    applications: Applications
    consents: Consents
    authorize: Authorize
    tokens: Tokens
    access_tokens: AccessTokens
    keys: SigningKeys
    tidying: Tidying
    logout: Logout
    routes: list[BaseRoute]

    async def start(self) -> None:
        """Reads the signing keys, making the first one in a new database."""
        await self.keys.load()

    def close(self) -> None:
        self.accounts.close()


def identity(
    database: Database,
    clock: Clock,
    ident: Ident,
    settings: Settings,
    broadcast: Broadcast,
    *,
    instance_key: bytes,
    login_origin: str,
) -> Identity:
    """``instance_key`` are the 32 bytes of the instance, ``login_origin`` has no slash at its end."""
    cipher = Cipher(derive(instance_key, "identity/signing-keys"))
    consents = Consents(database, clock, ident, broadcast)
    applications = Applications(database, clock, ident, settings, broadcast)
    applications.on_delete(consents.end_of_application)
    accounts = Accounts(database, clock, ident, settings, broadcast)
    keys = SigningKeys(database, clock, cipher, settings)
    authorize = Authorize(
        database,
        clock,
        ident,
        settings,
        consents=consents,
        login_origin=login_origin,
        key=derive(instance_key, "identity/interactions"),
        keys=keys,
    )
    tokens = Tokens(
        database,
        clock,
        ident,
        settings,
        broadcast,
        keys=keys,
        login_origin=login_origin,
        key=derive(instance_key, "identity/refresh-tokens"),
    )
    access_tokens = AccessTokens(
        database, clock, settings, broadcast, keys=keys, login_origin=login_origin
    )
    served = Endpoints(
        tokens=tokens,
        keys=keys,
        access_tokens=access_tokens,
        accounts=accounts,
        clock=clock,
        login_origin=login_origin,
        authorize=authorize,
        userinfo=UserInfo(database, clock, access_tokens),
        hints=settings.error_hints,
    )
    return Identity(
        accounts=accounts,
        sessions=Sessions(database, clock, ident, settings),
        applications=applications,
        consents=consents,
        authorize=authorize,
        tokens=tokens,
        access_tokens=access_tokens,
        keys=keys,
        tidying=Tidying(database, clock),
        logout=Logout(database, keys, login_origin),
        routes=served.routes(),
    )
