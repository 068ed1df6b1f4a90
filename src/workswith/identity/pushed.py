"""Pushed authorization requests: the parameters go ahead, the browser carries only their name.

[OID-11, RFC 9126] A name is opened within `pushed_request_seconds`; from then on it lasts as long
as a question to the user may, and ends with the code that it brings.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from workswith.kernel.clock import HOUR, SECOND, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, digest

from . import errors

PREFIX = "urn:ietf:params:oauth:request_uri:"
OPEN_LIFE = HOUR
_PROOFS = ("client_secret", "client_assertion", "client_assertion_type")


@dataclass(frozen=True, slots=True)
class _Row:
    client_id: str
    params: str
    opened_at: int | None


_PUT = statement(
    "INSERT INTO pushed_request (hash, client_id, params, expires_at) "
    "VALUES (:hash, :client_id, :params, :expires_at)"
)
_OPEN = query(
    _Row,
    "SELECT client_id, params, opened_at FROM pushed_request "
    "WHERE hash = :hash AND expires_at > :now",
)
_OPENED = statement(
    "UPDATE pushed_request SET opened_at = :now, expires_at = :expires_at "
    "WHERE hash = :hash AND opened_at IS NULL"
)
_USE = statement("DELETE FROM pushed_request WHERE hash = :hash")


class PushedRequests:
    def __init__(self, database: Database, clock: Clock, ident: Ident, seconds: int) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._seconds = seconds

    async def put(self, params: Mapping[str, str], client_id: str) -> dict[str, Any]:
        """The answer of the endpoint (section 2.2); the request has been checked."""
        name = self._ident.secret()
        kept = {key: value for key, value in params.items() if key not in _PROOFS}
        kept["client_id"] = client_id

        async def write(tx: Tx) -> None:
            await tx.run(
                _PUT,
                hash=digest(name),
                client_id=client_id,
                params=msgspec.json.encode(kept).decode(),
                expires_at=self._clock.now() + self._seconds * SECOND,
            )

        await self._database.write(write)
        return {"request_uri": PREFIX + name, "expires_in": self._seconds}

    async def open(self, request_uri: str, client_id: str) -> dict[str, str]:
        """The parameters that were pushed. Raises what is never redirected."""
        now, key = self._clock.now(), _key(request_uri)
        row = await self._database.one(_OPEN, hash=key, now=now)
        if row is None or row.client_id != client_id:
            raise errors.invalid_request(
                "The request_uri is unknown, has expired or has been used",
                "Push the request again, and open it at once.",
            )
        if row.opened_at is None:

            async def write(tx: Tx) -> None:
                await tx.run(_OPENED, hash=key, now=now, expires_at=now + OPEN_LIFE)

            await self._database.write(write)
        return msgspec.json.decode(row.params, type=dict[str, str])


async def use(tx: Tx, request_uri: str) -> bool:
    """Whether it was still there: one request brings one code. [RFC 9126 section 4]"""
    return bool(await tx.run(_USE, hash=_key(request_uri)))


def _key(request_uri: str) -> str:
    return digest(request_uri.removeprefix(PREFIX))
