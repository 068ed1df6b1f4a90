"""Tells applications that a session has ended. [OID-11, OpenID Connect Back-Channel Logout 1.0]"""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Protocol
from urllib.parse import urlencode

from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident

from . import logout_notices
from .keys import SigningKeys
from .logout_notices import PAUSES, Notice

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TOKEN_SECONDS = 120
AT_ONCE = 20
_FORM = "application/x-www-form-urlencoded"


class Sent(Protocol):
    """What came of it: ``status`` is ``None`` without an answer, and ``error`` then says why."""

    @property
    def status(self) -> int | None: ...
    @property
    def error(self) -> str: ...


class Sender(Protocol):
    """Posts to an address of somebody else, within limits of time and of places."""

    def post(
        self,
        endpoint_id: str,
        url: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        media_type: str,
    ) -> Awaitable[Sent]: ...


class BackChannel:
    """A `Work`: at least once to each application, again after each of `PAUSES`."""

    name = "logout-notices"

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        *,
        keys: SigningKeys,
        sender: Sender,
        login_origin: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._keys = keys
        self._sender = sender
        self._login_origin = login_origin

    async def turn(self, now: int) -> int | None:
        if await logout_notices.any_ended(self._database):
            await self._database.write(logout_notices.gather, now)
        first = await logout_notices.next_due(self._database)
        if first is None or first > now:
            return first
        notices = await self._database.write(logout_notices.due, now, AT_ONCE)
        await asyncio.gather(*(self._tell(notice) for notice in notices))
        return await logout_notices.next_due(self._database)

    async def settle(self) -> bool:
        return False

    def logout_token(self, notice: Notice, now: int) -> str:
        """Section 2.4."""
        claims = {
            "iss": f"{self._login_origin}/{notice.client_id}",
            "aud": notice.client_id,
            "iat": now // 1000,
            "exp": now // 1000 + TOKEN_SECONDS,
            "jti": self._ident.uuid(),
            "sub": notice.account_id,
            "sid": notice.session_id,
            "events": {EVENT: {}},
        }
        return self._keys.current.sign("logout+jwt", claims)

    async def _tell(self, notice: Notice) -> None:
        url = await logout_notices.url_of(self._database, notice.client_id)
        outcome, again = "no address any more", False
        if url is not None:
            token = self.logout_token(notice, self._clock.now())
            body = urlencode({"logout_token": token}).encode()
            sent = await self._sender.post(f"logout/{notice.client_id}", url, (), body, _FORM)
            outcome = str(sent.status or sent.error)
            again = sent.status not in (200, 204)
        pause = PAUSES[notice.attempts - 1] if notice.attempts <= len(PAUSES) else None
        due_at = self._clock.now() + pause if again and pause else None

        async def write(tx: Tx) -> None:
            await logout_notices.done(tx, notice, outcome, due_at)

        await self._database.write(write)
