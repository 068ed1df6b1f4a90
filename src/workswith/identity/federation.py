"""The company's own sign-in for its developers, at any OpenID Connect provider: whose account it is. [ACC-3]

Who comes is known by issuer and subject, never by the e-mail address alone: an address that has an
account here is connected only by its owner, signed in. The state is bound to the browser.
"""

from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.kernel import log
from workswith.kernel.clock import MINUTE, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, same
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import current

from . import account as rows
from . import audit, challenges
from .account import Account, account_of
from .emails import LONGEST_NAME, normal_email
from .provider import Provider, fresh, refused

_log = log.get("identity")
PATIENCE = 10 * MINUTE


class _Waiting(msgspec.Struct):
    nonce: str
    verifier: str
    return_to: str
    fresh_since: int | None = None
    """In seconds: a sign-in before this instant is not good enough."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who came back from the provider. ``connected``: an account that was signed in got a new way
    in; ``confirmed``: its owner has just signed in there again. Either way nobody was signed in.
    """

    account: Account
    return_to: str
    connected: bool
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """``state`` goes into a cookie of the browser, the browser to ``url``."""

    state: str
    url: str


_OF = query(
    str,
    "SELECT account_id FROM federated_identity WHERE issuer = :issuer AND subject = :subject",
)
_CONNECTED = query(
    int,
    "SELECT created_at FROM federated_identity WHERE issuer = :issuer AND account_id = :account_id",
)
_ADD = statement(
    "INSERT INTO federated_identity (issuer, subject, account_id, created_at) "
    "VALUES (:issuer, :subject, :account_id, :now) ON CONFLICT (issuer, subject) DO NOTHING"
)
_DROP = statement(
    "DELETE FROM federated_identity WHERE issuer = :issuer AND account_id = :account_id"
)


class Federation:
    """Accounts of people who sign in at the company's `Provider`."""

    def __init__(self, database: Database, clock: Clock, ident: Ident, provider: Provider) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._provider = provider
        self.label = provider.label

    async def begin(
        self, return_to: str, account_id: str | None = None, *, confirm: bool = False
    ) -> Begun:
        """With ``account_id``, that account gets connected, or, to ``confirm`` that its owner is
        there, signs in anew: ``max_age=0`` and ``prompt=login``. Raises UNREACHABLE.
        """
        state, nonce, verifier = (self._ident.secret() for _ in range(3))
        url = await self._provider.address(state, nonce, verifier, anew=confirm)
        since = self._clock.now() // 1000 if confirm else None
        payload = msgspec.json.encode(_Waiting(nonce, verifier, return_to, since)).decode()

        async def write(tx: Tx) -> None:
            until = self._clock.now() + PATIENCE
            await challenges.put(
                tx, state, account_id, challenges.FEDERATION, expires_at=until, payload=payload
            )

        await self._database.write(write)
        return Begun(state, url)

    async def finish(self, params: dict[str, str], cookie: str, who: str | None) -> Arrival:
        """``cookie`` is the browser's state, ``who`` the account that is signed in now.

        Raises UNAUTHENTICATED ``federation_…``, CONFLICT ``federation_account``, UNREACHABLE.
        """
        state = params.get("state", "")
        if not state or not cookie or not same(state, cookie):
            raise refused("state")

        async def take(tx: Tx) -> challenges.Challenge:
            return await challenges.take(tx, state, challenges.FEDERATION, self._clock.now())

        found = await self._database.write(take)
        waiting = msgspec.json.decode(found.payload, type=_Waiting)
        if found.account_id is not None and found.account_id != who:
            raise refused("another account is signed in")
        claims = await self._provider.claims(params, waiting.verifier, waiting.nonce)
        if waiting.fresh_since is not None and found.account_id is not None:
            owner = await self._owner(claims, found.account_id, waiting.fresh_since)
            return Arrival(owner, waiting.return_to, connected=False, confirmed=True)
        account, connected = await self._account(claims, found.account_id)
        return Arrival(account, waiting.return_to, connected)

    async def connected(self, account_id: str) -> int | None:
        """Since when an account can sign in this way."""
        return await self._database.one(
            _CONNECTED, issuer=self._provider.issuer, account_id=account_id
        )

    async def disconnect(self, account_id: str) -> None:
        async def write(tx: Tx) -> None:
            if await tx.run(_DROP, issuer=self._provider.issuer, account_id=account_id):
                now = self._clock.now()
                await audit.note(tx, "federation_disconnected", now, account_id=account_id)

        await self._database.write(write)

    async def close(self) -> None:
        await self._provider.close()

    async def _owner(self, claims: dict[str, Any], account_id: str, since: int) -> Account:
        """The account, if it is its owner who has just signed in."""
        known_id = await self._database.one(
            _OF, issuer=self._provider.issuer, subject=str(claims["sub"])
        )
        if known_id != account_id:
            raise refused("somebody else has signed in")
        if not fresh(claims, since):
            raise refused("the provider did not ask anew")
        account = await account_of(self._database, account_id)
        if account is None:
            raise refused("the account is closed or suspended")
        return account

    async def _account(
        self, claims: dict[str, Any], connecting: str | None
    ) -> tuple[Account, bool]:
        issuer, subject = self._provider.issuer, str(claims["sub"])
        known_id = await self._database.one(_OF, issuer=issuer, subject=subject)
        if known_id is not None:
            if connecting not in (None, known_id):
                raise Problem(
                    Kind.CONFLICT,
                    "federation_account",
                    "This sign-in belongs to another account here.",
                )
            known = await account_of(self._database, known_id)
            if known is None:
                raise refused("the account is closed or suspended")
            return known, connecting is not None
        if connecting is not None:
            return await self._connect(connecting, subject), True
        return await self._create(claims, subject), False

    async def _connect(self, account_id: str, subject: str) -> Account:
        async def write(tx: Tx) -> Account | None:
            now = self._clock.now()
            await tx.run(
                _ADD, issuer=self._provider.issuer, subject=subject, account_id=account_id, now=now
            )
            await audit.note(tx, "federation_connected", now, account_id=account_id)
            return await account_of(tx, account_id)

        account = await self._database.write(write)
        if account is None:
            raise refused("the account is closed")
        return account

    async def _create(self, claims: dict[str, Any], subject: str) -> Account:
        """A developer who comes for the first time."""
        if claims.get("email_verified") is not True:
            _log.warning("the company's sign-in brought no verified address")
            raise Problem(
                Kind.UNAUTHENTICATED,
                "federation_unverified",
                "Your company does not vouch for your e-mail address.",
                hint="Ask whoever runs its sign-in to verify it, then come again.",
            )
        email = normal_email(str(claims.get("email", "")))
        first_name = _line(claims.get("given_name") or claims.get("name") or email.split("@")[0])
        language = current.get()

        async def write(tx: Tx) -> Account | None:
            now = self._clock.now()
            made = await tx.one(
                rows.INSERT,
                id=self._ident.uuid(),
                kind="developer",
                email=email,
                first_name=first_name,
                surname=_line(claims.get("family_name") or ""),
                password_hash="",
                verified_at=now,
                language=language,
                now=now,
            )
            if made:
                await tx.run(
                    _ADD, issuer=self._provider.issuer, subject=subject, account_id=made.id, now=now
                )
                await audit.note(tx, "account_federated", now, account_id=made.id)
            return made

        made = await self._database.write(write)
        if made is None:
            raise Problem(
                Kind.CONFLICT,
                "federation_account",
                "Your address has an account here already.",
                hint="Sign in with its password, then connect the two under Account.",
            )
        return made


def _line(text: object) -> str:
    clean = "".join(char if char.isprintable() else " " for char in str(text))
    return " ".join(clean.split())[:LONGEST_NAME]
