"""Tokens by which an application's own programs look after its notifications. [C2C-6]

A token belongs to one application, has one or both of two scopes and always an end. Its owner makes
it in the portal, sees it once and can end it at once; kept is its digest. It opens the API
*Notifications* and nothing else, where no token of a user is taken (`docs/decisions`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import DAY, HOUR, Clock
from workswith.kernel.database import Database, Query, Tx, query, statement
from workswith.kernel.ident import Ident, digest
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.words import N_

READ, WRITE = "notifications.read", "notifications.write"
SCOPES = (READ, WRITE)
PREFIX = "wwn-"
"""Lets whoever finds one in a log or a repository know what it is."""
TOPIC = "webhook_token"
MOST = 20
"""Tokens of one application."""
LONGEST_NAME = 100
DAYS = (7, 30, 90, 365)
"""For how long one may be made."""
NOTED_EVERY = HOUR
"""How old the note may be of when a token was last used."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Token:
    """What its owner sees of it."""

    id: str
    client_id: str
    name: str
    scopes: frozenset[str]
    created_at: int
    expires_at: int
    used_at: int | None


@dataclass(frozen=True, slots=True)
class Access:
    """``account_id`` is the application's owner."""

    account_id: str
    client_id: str
    scopes: frozenset[str]
    expires_at: int


def _token(*columns: Any) -> Token:
    id_, client_id, name, scopes, *instants = columns
    return Token(id_, client_id, name, frozenset(scopes.split()), *instants)


_ADD = statement(
    "INSERT INTO webhook_token (id, digest, client_id, name, scopes, created_at, expires_at) "
    "VALUES (:id, :digest, :client_id, :name, :scopes, :now, :expires_at)"
)
_OF_CLIENT: Query[Token] = query(
    _token,
    "SELECT id, client_id, name, scopes, created_at, expires_at, used_at FROM webhook_token "
    "WHERE client_id = :client_id ORDER BY created_at, id",
)
_END = statement("DELETE FROM webhook_token WHERE client_id = :client_id AND id = :id")
_END_ALL = statement("DELETE FROM webhook_token WHERE client_id = :client_id")
# An application that is gone has no owner, and so no token of it opens anything.
_FIND = query(
    lambda id_, used_at, account_id, client_id, scopes, expires_at: (
        id_,
        used_at,
        Access(account_id, client_id, frozenset(scopes.split()), expires_at),
    ),
    "SELECT t.id, t.used_at, a.owner_id, t.client_id, t.scopes, t.expires_at FROM webhook_token t "
    "JOIN application a ON a.client_id = t.client_id WHERE t.digest = :digest",
)
_USED = statement("UPDATE webhook_token SET used_at = :now WHERE id = :id")


class Tokens:
    """`make`, `of` and `end` for the owner, `verify` for the gateway."""

    def __init__(
        self, database: Database, clock: Clock, ident: Ident, broadcast: Broadcast
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._broadcast = broadcast

    async def make(
        self, client_id: str, name: str, scopes: Iterable[str], days: int, *, text: str = ""
    ) -> tuple[Token, str]:
        """A token and its text, which nobody sees again.

        ``text`` is given where it was promised already. The application is known to be the asker's own. Raises INVALID with the ``field`` name,
        scopes or days, CONFLICT ``tokens_many``.
        """
        name, wanted = " ".join(name.split()), frozenset(scopes)
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise _invalid("name", N_("A name has 1 to 100 characters."))
        if not wanted or not wanted <= set(SCOPES):
            raise _invalid("scopes", N_("Choose what the token may be used for."))
        if days not in DAYS:
            raise _invalid("days", N_("Choose for how long the token works."))
        text, now = text or self._ident.secret(PREFIX), self._clock.now()
        token = Token(self._ident.uuid(), client_id, name, wanted, now, now + days * DAY, None)

        async def add(tx: Tx) -> None:
            if len(await tx.all(_OF_CLIENT, client_id=client_id)) >= MOST:
                raise Problem(
                    Kind.CONFLICT, "tokens_many", N_("An application has at most 20 tokens.")
                )
            await tx.run(
                _ADD,
                id=token.id,
                digest=digest(text),
                client_id=client_id,
                name=name,
                scopes=" ".join(one for one in SCOPES if one in wanted),
                now=now,
                expires_at=token.expires_at,
            )

        await self._database.write(add)
        return token, text

    async def of(self, client_id: str) -> list[Token]:
        """Those of an application, expired ones too, the oldest first."""
        return await self._database.all(_OF_CLIENT, client_id=client_id)

    async def end(self, client_id: str, id_: str) -> None:
        """The token opens nothing any more. Raises UNKNOWN."""

        async def drop(tx: Tx) -> None:
            if not await tx.run(_END, client_id=client_id, id=id_):
                raise Problem(Kind.UNKNOWN, "token_unknown", "There is no such token.")

        await self._database.write(drop)
        self._broadcast.send(TOPIC, id_)

    def remembered(self, _header: str | None, _now: int) -> None:
        """Nothing is: such calls are rare, and an ended token ends at once."""

    async def verify(self, header: str | None, now: int) -> Access:
        """Takes the value of the ``Authorization`` header; ``now`` in ms.

        Raises UNAUTHENTICATED: token_missing, token_invalid, token_expired.
        """
        if not header:
            raise _refused("token_missing", "The token is missing.")
        scheme, _, text = header.partition(" ")
        text = text.strip()
        if scheme.lower() != "bearer" or not text:
            raise _refused("token_invalid", "The Authorization header is not a Bearer token.")
        if text.count(".") == 2:
            raise _refused("token_invalid", "This is the token of a user.")
        found = None
        if text.startswith(PREFIX) and len(text) <= _LONGEST:
            found = await self._database.one(_FIND, digest=digest(text))
        if found is None:
            raise _refused("token_invalid", "The token is unknown, or was ended.")
        id_, used_at, access = found
        if now >= access.expires_at:
            raise _refused("token_expired", "The token has expired.")
        if used_at is None or now - used_at >= NOTED_EVERY:
            await self._database.write(lambda tx: tx.run(_USED, id=id_, now=now))
        return access


async def forget(tx: Tx, client_id: str, _now: int) -> None:
    """With its application its tokens go."""
    await tx.run(_END_ALL, client_id=client_id)


def _refused(code: str, detail: str) -> Problem:
    return Problem(
        Kind.UNAUTHENTICATED,
        code,
        detail,
        hint="Make a token on the page Notifications of your application.",
    )


def _invalid(field: str, detail: str) -> Problem:
    return Problem(Kind.INVALID, f"token_{field}", detail, field=field)
