"""What a user has allowed an application, until one of them ends it. [OID-2 OID-9]"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Reads, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from . import audit, family
from .application import Application

TOPIC = "consent"
OnEnd = Callable[[Tx, str, str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Consent:
    """One for each account and application; ``last_used_at`` is the last answer of /token."""

    id: str
    account_id: str
    client_id: str
    scopes: tuple[str, ...]
    scopes_version: int
    granted_at: int
    last_used_at: int | None
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class Given:
    """A consent with the application, for the user's list."""

    client_id: str
    name: str
    vendor: str
    url: str
    logo_type: str
    scopes: tuple[str, ...]
    granted_at: int
    last_used_at: int | None


def _consent(*columns: Any) -> Consent:
    row = list(columns)
    row[3] = tuple(row[3].split())
    return Consent(*row)


def _given(*columns: Any) -> Given:
    row = list(columns)
    row[5] = tuple(row[5].split())
    return Given(*row)


# The families know when they were used last, so that a refresh writes one row and not two.
_USED = (
    "(SELECT max(rotated_at) FROM token_family WHERE token_family.consent_id = consent.id) "
    "AS last_used_at"
)
_COLUMNS = f"id, account_id, client_id, scopes, scopes_version, granted_at, {_USED}, revoked_at"
_OF_ACCOUNT = query(
    _given,
    "SELECT application.client_id, name, vendor, url, logo_type, consent.scopes, granted_at, "
    f"{_USED} FROM consent JOIN application USING (client_id) "
    "WHERE account_id = :account_id AND revoked_at IS NULL AND deleted_at IS NULL "
    "ORDER BY granted_at DESC",
)
_LIVE = query(
    _consent,
    f"SELECT {_COLUMNS} FROM consent "
    "WHERE account_id = :account_id AND client_id = :client_id AND revoked_at IS NULL",
)
_GIVE = query(
    _consent,
    "INSERT INTO consent (id, account_id, client_id, scopes, scopes_version, granted_at) "
    "VALUES (:id, :account_id, :client_id, :scopes, :scopes_version, :now) "
    "ON CONFLICT (account_id, client_id) DO UPDATE SET scopes = excluded.scopes, "
    "scopes_version = excluded.scopes_version, granted_at = excluded.granted_at, "
    "revoked_at = NULL "
    "RETURNING id, account_id, client_id, scopes, scopes_version, granted_at, "
    "last_used_at, revoked_at",
)
_REVOKE = query(
    _consent,
    "UPDATE consent SET revoked_at = :now "
    "WHERE account_id = :account_id AND client_id = :client_id AND revoked_at IS NULL "
    "RETURNING id, account_id, client_id, scopes, scopes_version, granted_at, "
    "last_used_at, revoked_at",
)
_ACCOUNTS_OF = query(
    str, "SELECT account_id FROM consent WHERE client_id = :client_id AND revoked_at IS NULL"
)
_CLIENTS_OF = query(
    str, "SELECT client_id FROM consent WHERE account_id = :account_id AND revoked_at IS NULL"
)
_COUNT = query(
    int, "SELECT count(*) FROM consent WHERE client_id = :client_id AND revoked_at IS NULL"
)
_END_CODES = statement(
    "UPDATE authorization_code SET used_at = :now "
    "WHERE consent_id = :consent_id AND used_at IS NULL"
)


class Consents:
    """Ending a consent ends, in one transaction, its codes, its tokens and what listeners hold."""

    def __init__(
        self, database: Database, clock: Clock, ident: Ident, broadcast: Broadcast
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._broadcast = broadcast
        self._on_end: list[OnEnd] = []

    def on_end(self, listener: OnEnd) -> None:
        """``listener(tx, account_id, client_id, now)`` runs in the transaction that revokes."""
        self._on_end.append(listener)

    async def of_account(self, account_id: str) -> list[Given]:
        """The live ones with their applications, newest first."""
        return await self._database.all(_OF_ACCOUNT, account_id=account_id)

    async def live(self, reads: Reads, account_id: str, client_id: str) -> Consent | None:
        return await reads.one(_LIVE, account_id=account_id, client_id=client_id)

    async def count(self, client_id: str) -> int:
        """How many users an application has; owners learn numbers, not names."""
        return await self._database.one(_COUNT, client_id=client_id) or 0

    async def give(self, tx: Tx, account_id: str, application: Application, now: int) -> Consent:
        """Consent to all that the application has registered; renews an earlier one."""
        given = await tx.one(
            _GIVE,
            id=self._ident.uuid(),
            account_id=account_id,
            client_id=application.client_id,
            scopes=" ".join(application.scopes),
            scopes_version=application.scopes_version,
            now=now,
        )
        assert given is not None  # noqa: S101 - an upsert … RETURNING gives a row or fails
        await audit.note(
            tx, "consent_given", now, account_id=account_id, client_id=application.client_id
        )
        return given

    async def revoke(self, account_id: str, client_id: str) -> None:
        """By the user; ``consent_unknown`` when there is none."""

        async def write(tx: Tx) -> str | None:
            return await self.end(tx, account_id, client_id, self._clock.now())

        ended = await self._database.write(write)
        if ended is None:
            raise Problem(Kind.UNKNOWN, "consent_unknown", "There is no such consent.")
        self._broadcast.send(TOPIC, ended)

    async def end(self, tx: Tx, account_id: str, client_id: str, now: int) -> str | None:
        """The part of `revoke` inside a transaction; whoever calls it then tells the topic
        ``consent`` the id that comes back.
        """
        ended = await tx.one(_REVOKE, account_id=account_id, client_id=client_id, now=now)
        if ended is None:
            return None
        await tx.run(_END_CODES, consent_id=ended.id, now=now)
        await family.revoke_of_consent(tx, ended.id, "consent ended", now)
        await audit.note(tx, "consent_ended", now, account_id=account_id, client_id=client_id)
        for listener in self._on_end:
            await listener(tx, account_id, client_id, now)
        return ended.id

    async def end_of_application(self, tx: Tx, client_id: str, now: int) -> None:
        """For `Applications.on_delete`. Caches learn it from the application's own word."""
        for account_id in await tx.all(_ACCOUNTS_OF, client_id=client_id):
            await self.end(tx, account_id, client_id, now)

    async def end_of_account(self, tx: Tx, account_id: str, now: int) -> None:
        """When an account is closed. Caches learn it from the account's own word."""
        for client_id in await tx.all(_CLIENTS_OF, account_id=account_id):
            await self.end(tx, account_id, client_id, now)
