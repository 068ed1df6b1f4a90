"""Closing an account, and suspending one. [ACC-6 OPR]

Closing is one transaction: applications with their secrets, consents with their tokens and
notifications, whatever listeners hold (subscriptions and their keys, homes), sessions, factors,
links, the mails that were sent; then the row itself loses address, names and password. The audit
log keeps the id, which now leads to nobody.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from workswith.kernel import mail
from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import account as rows
from . import audit, challenges, logout_notices, mails, passkeys, second_factor, sessions
from .account import Account
from .accounts import Accounts
from .application import TOPIC as APPLICATION
from .applications import Applications
from .consents import Consents
from .emails import clean_line

T = TypeVar("T")
TOPIC = "account"
OnClose = Callable[[Tx, str, int], Awaitable[None]]
_FORGET = tuple(
    statement(f"DELETE FROM {table} WHERE account_id = :account_id")
    for table in ("mail_link", "federated_identity", "linked_account", "account_profile")
)
_FORGET_LINKS = statement("DELETE FROM linked_account WHERE other_id = :account_id")
_ANY = query(Account, f"SELECT {rows.COLUMNS} FROM account WHERE id = :id AND closed_at IS NULL")


class Closing:
    """``on_close(listener)``: the listener runs in the transaction; ``after`` runs behind it.

    ``on_suspend(suspended, restored)`` likewise.
    """

    def __init__(  # noqa: PLR0917 - what `app` hands over, in the order of every area
        self,
        database: Database,
        clock: Clock,
        broadcast: Broadcast,
        accounts: Accounts,
        applications: Applications,
        consents: Consents,
    ) -> None:
        self._database = database
        self._clock = clock
        self._broadcast = broadcast
        self._accounts = accounts
        self._applications = applications
        self._consents = consents
        self._on_close: list[OnClose] = []
        self._on_suspend: list[tuple[OnClose, OnClose]] = []
        self._after: list[Callable[[], None]] = []

    def on_close(self, listener: OnClose, after: Callable[[], None] | None = None) -> None:
        """``listener(tx, account_id, now)``; ``after()`` once that is committed."""
        self._on_close.append(listener)
        if after is not None:
            self._after.append(after)

    def on_suspend(self, suspended: OnClose, restored: OnClose) -> None:
        """``suspended(tx, account_id, now)``, and ``restored`` when it may come back."""
        self._on_suspend.append((suspended, restored))

    async def close(self, account_id: str, current: str, address: str = "") -> None:
        """For good. Raises INVALID ``password_wrong``, THROTTLED."""
        owner = await self._accounts.proofs.confirm(account_id, current, address)
        ended = await self._database.write(self._close, owner)
        for client_id in ended:
            self._broadcast.send(APPLICATION, client_id)
        self._broadcast.send(TOPIC, account_id)
        for after in self._after:
            after()

    async def suspend(self, account_id: str, reason: str, by: str) -> None:
        """Signs the account out and keeps it out; nothing of it is deleted. ``account_unknown``."""
        reason = clean_line(reason, "reason", 500)
        if account_id == by:
            raise Problem(Kind.CONFLICT, "account_own", "This is your own account.")

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            changed = _there(await tx.one(rows.SUSPEND, id=account_id, now=now))
            await sessions.close_all(tx, account_id, now)
            await challenges.drop(tx, account_id)
            for suspended, _ in self._on_suspend:
                await suspended(tx, account_id, now)
            await audit.note(
                tx, "account_suspended", now, account_id=account_id, detail=f"by {by}: {reason}"
            )
            await mails.tell(tx, changed, mails.SUSPENDED, now, reason=reason)

        await self._database.write(write)
        self._broadcast.send(TOPIC, account_id)

    async def restore(self, account_id: str, by: str) -> None:
        """Lets a suspended account in again. ``account_unknown``."""

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            changed = _there(await tx.one(rows.RESTORE, id=account_id, now=now))
            for _, restored in self._on_suspend:
                await restored(tx, account_id, now)
            await audit.note(tx, "account_restored", now, account_id=account_id, detail=f"by {by}")
            await mails.tell(tx, changed, mails.RESTORED, now)

        await self._database.write(write)
        self._broadcast.send(TOPIC, account_id)

    async def _close(self, tx: Tx, owner: Account) -> list[str]:
        now = self._clock.now()
        ended = await self._applications.delete_all(tx, owner.id)
        await self._consents.end_of_account(tx, owner.id, now)
        for listener in self._on_close:
            await listener(tx, owner.id, now)
        await logout_notices.of_account(tx, owner.id, now)
        await sessions.forget(tx, owner.id)
        await second_factor.forget(tx, owner.id)
        await passkeys.forget(tx, owner.id)
        await challenges.drop(tx, owner.id)
        for forget in (*_FORGET, _FORGET_LINKS):
            await tx.run(forget, account_id=owner.id)
        await mail.forget(tx, owner.email)
        _there(await tx.one(rows.ERASE, id=owner.id, now=now))
        await audit.note(tx, "account_closed", now, account_id=owner.id)
        await mails.tell(tx, owner, mails.CLOSED, now)
        return ended


async def search(
    reads: Reads, *, text: str = "", kind: str = "", limit: int = 50, offset: int = 0
) -> list[Account]:
    """For operators: live and suspended accounts, the newest first."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(rows.SEARCH, like=like, kind=kind, limit=limit, offset=offset)


async def anybody(reads: Reads, account_id: str) -> Account:
    """For operators, suspended ones as well. ``account_unknown``."""
    return _there(await reads.one(_ANY, id=account_id))


def _there(found: T | None) -> T:
    if found is None:
        raise Problem(Kind.UNKNOWN, "account_unknown", "There is no such account.")
    return found
