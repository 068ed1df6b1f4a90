"""Browser sessions: a random cookie, stored hashed, sliding on the clock, revocable.

A new sign-in opens a new session; none is ever raised to another account, so a cookie that was
planted before the sign-in is worth nothing after it.
"""

from dataclasses import dataclass

from workswith.kernel.clock import DAY, HOUR, MINUTE, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, digest

from . import audit
from .settings import Settings

SEEN_EVERY = 5 * MINUTE
"""A session in use is written at most this often."""


@dataclass(frozen=True, slots=True)
class Session:
    """``id`` is public (lists, revocation); the cookie's value is not in here."""

    id: str
    account_id: str
    auth_time: int
    csrf_secret: str
    user_agent: str
    created_at: int
    seen_at: int
    expires_at: int
    amr: str = "pwd"
    """How the person proved to be who they are: RFC 8176 values between blanks."""
    acr: str = "1"
    """``2`` if two factors were proven, else ``1``."""


_COLUMNS = (
    "id, account_id, auth_time, csrf_secret, user_agent, created_at, seen_at, expires_at, amr, acr"
)
_OPEN = statement(
    f"INSERT INTO session (hash, {_COLUMNS}) VALUES (:hash, :id, :account_id, :now, :csrf_secret, "
    ":user_agent, :now, :now, :expires_at, :amr, :acr)"
)
_LIVE = (
    "revoked_at IS NULL AND expires_at > :now AND EXISTS (SELECT 1 FROM account "
    "WHERE account.id = session.account_id AND account.closed_at IS NULL "
    "AND account.suspended_at IS NULL)"
)
_OF = query(Session, f"SELECT {_COLUMNS} FROM session WHERE hash = :hash AND {_LIVE}")
_OF_ACCOUNT = query(
    Session,
    f"SELECT {_COLUMNS} FROM session WHERE account_id = :account_id AND {_LIVE} "
    "ORDER BY created_at DESC LIMIT 100",
)
_SEEN = statement(
    "UPDATE session SET seen_at = :now, expires_at = :expires_at "
    "WHERE hash = :hash AND revoked_at IS NULL"
)
_RENEW = query(
    Session,
    "UPDATE session SET hash = :next, csrf_secret = :csrf_secret "
    f"WHERE hash = :hash AND revoked_at IS NULL RETURNING {_COLUMNS}",
)
_CLOSE = statement("UPDATE session SET revoked_at = :now WHERE hash = :hash AND revoked_at IS NULL")
_CLOSE_ONE = statement(
    "UPDATE session SET revoked_at = :now "
    "WHERE account_id = :account_id AND id = :id AND revoked_at IS NULL"
)
_CLOSE_ALL = statement(
    "UPDATE session SET revoked_at = :now WHERE account_id = :account_id AND revoked_at IS NULL"
)
_CLOSE_OTHERS = statement(
    "UPDATE session SET revoked_at = :now "
    "WHERE account_id = :account_id AND id <> :id AND revoked_at IS NULL"
)
_FORGET = statement("DELETE FROM session WHERE account_id = :account_id")


class Sessions:
    def __init__(self, database: Database, clock: Clock, ident: Ident, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._idle = settings.session_idle_hours * HOUR
        self._longest = settings.session_days * DAY

    async def open(
        self,
        account_id: str,
        now: int | None = None,
        user_agent: str = "",
        *,
        amr: str = "pwd",
    ) -> str:
        """Returns the value of the cookie; call it for a sign-in that has just succeeded.

        ``amr`` says how, in RFC 8176 values between blanks; ``mfa`` among them makes ``acr`` 2.
        """
        at = self._clock.now() if now is None else now
        cookie = self._ident.secret()
        clean = "".join(char for char in user_agent if char.isprintable())[:200]

        async def write(tx: Tx) -> None:
            await tx.run(
                _OPEN,
                hash=digest(cookie),
                id=self._ident.uuid(),
                account_id=account_id,
                csrf_secret=self._ident.secret(),
                user_agent=clean,
                now=at,
                expires_at=at + min(self._idle, self._longest),
                amr=amr,
                acr="2" if "mfa" in amr.split() else "1",
            )
            await audit.note(tx, "signed_in", at, account_id=account_id, detail=amr)

        await self._database.write(write)
        return cookie

    async def of(self, cookie: str) -> Session | None:
        """``None`` for a session that is unknown, closed or over. Using one prolongs it."""
        now = self._clock.now()
        key = digest(cookie)
        session = await self._database.one(_OF, hash=key, now=now)
        if session and now - session.seen_at >= SEEN_EVERY:
            expires_at = min(now + self._idle, session.created_at + self._longest)

            async def write(tx: Tx) -> None:
                await tx.run(_SEEN, hash=key, now=now, expires_at=expires_at)

            await self._database.write(write)
        return session

    async def of_account(self, account_id: str) -> list[Session]:
        """The live ones, newest first."""
        return await self._database.all(_OF_ACCOUNT, account_id=account_id, now=self._clock.now())

    async def renew(self, cookie: str) -> tuple[str, Session] | None:
        """The same session under another value of the cookie; the value before is worth nothing.

        For whatever changes how somebody signs in, so that who has read the cookie loses it.
        """
        value = self._ident.secret()

        async def write(tx: Tx) -> Session | None:
            return await tx.one(
                _RENEW,
                hash=digest(cookie),
                next=digest(value),
                csrf_secret=self._ident.secret(),
            )

        session = await self._database.write(write)
        return (value, session) if session else None

    async def close(self, cookie: str) -> None:
        """Sign-out."""

        async def write(tx: Tx) -> None:
            await tx.run(_CLOSE, hash=digest(cookie), now=self._clock.now())

        await self._database.write(write)

    async def close_others(self, account_id: str, session_id: str) -> None:
        """Signs out every other browser of the account."""
        now = self._clock.now()
        await self._database.write(close_others, account_id, session_id, now)

    async def close_one(self, account_id: str, session_id: str) -> None:
        """Signs out another browser of the same account."""

        async def write(tx: Tx) -> None:
            await tx.run(_CLOSE_ONE, account_id=account_id, id=session_id, now=self._clock.now())

        await self._database.write(write)


async def close_others(tx: Tx, account_id: str, session_id: str, now: int) -> None:
    """Signs an account out everywhere but in the session ``session_id``."""
    await tx.run(_CLOSE_OTHERS, account_id=account_id, id=session_id, now=now)


async def forget(tx: Tx, account_id: str) -> None:
    """Deletes all sessions, and with them what browsers they were in."""
    await tx.run(_FORGET, account_id=account_id)


async def close_all(tx: Tx, account_id: str, now: int) -> None:
    """Signs an account out everywhere."""
    await tx.run(_CLOSE_ALL, account_id=account_id, now=now)
