"""A Thermostat or Door Entry account of the official app, linked to a platform account. [OID-10]

Whoever links proves to own both: signed in to the one, with the password of the other and its second
step where it has one. Between the proof and the link stands a confirmation that names the homes. What a link means for homes is a
listener's business, in the same transaction; so is its end.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from workswith.kernel.clock import MINUTE, Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from . import audit, challenges, mails
from .account import Account, account_of
from .accounts import Accounts
from .second_factor import SecondFactor

APPS = {"thermostat": "Thermostat", "door_entry": "Door Entry"}
PURPOSE = "link"
PATIENCE = 15 * MINUTE
OnLink = Callable[[Tx, str, str, str, int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Linked:
    """``other_id`` is the account of the app."""

    app: str
    other_id: str
    email: str
    linked_at: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What comes next, and its token: the confirmation, or ``second``, the other's second step."""

    token: str
    second: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """A link that waits for its confirmation."""

    app: str
    other: Account


_OF_ACCOUNT = query(
    Linked,
    "SELECT app, other_id, email, linked_at FROM linked_account "
    "JOIN account ON account.id = linked_account.other_id "
    "WHERE account_id = :account_id AND closed_at IS NULL ORDER BY linked_at, app",
)
_ADD = statement(
    "INSERT INTO linked_account (account_id, app, other_id, linked_at) "
    "VALUES (:account_id, :app, :other_id, :now) ON CONFLICT (account_id, app, other_id) DO NOTHING"
)
_DROP = statement(
    "DELETE FROM linked_account "
    "WHERE account_id = :account_id AND app = :app AND other_id = :other_id"
)


class AccountLinks:
    """Listeners get ``(tx, account_id, other_id, app, now)``."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        accounts: Accounts,
        second_factor: SecondFactor,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._accounts = accounts
        self._second_factor = second_factor
        self._on_link: list[OnLink] = []
        self._on_unlink: list[OnLink] = []

    def on_change(self, link: OnLink, unlink: OnLink) -> None:
        self._on_link.append(link)
        self._on_unlink.append(unlink)

    async def of_account(self, account_id: str) -> list[Linked]:
        return await self._database.all(_OF_ACCOUNT, account_id=account_id)

    async def ask(
        self, account_id: str, app: str, email: str, password: str, address: str = ""
    ) -> Asked:
        """The first proof. Raises UNKNOWN ``app_unknown``, CONFLICT ``link_own``, and what
        `Accounts.sign_in` raises.
        """
        _require(app)
        other = await self._accounts.sign_in(email, password, address)
        if other.id == account_id:
            raise Problem(Kind.CONFLICT, "link_own", "Homes of your own account are here already.")
        if (await self._second_factor.factors(other.id)).wanted:
            return Asked(await self._second_factor.ask(other.id), second=True)
        return Asked(await self._proved(account_id, app, other.id), second=False)

    async def second(
        self, account_id: str, app: str, token: str, code: str, address: str = ""
    ) -> str:
        """The second proof; the token for `link`. Raises what `SecondFactor.answer` raises."""
        _require(app)
        other, _amr = await self._second_factor.answer(token, code, address)
        return await self._proved(account_id, app, other.id)

    async def waiting(self, token: str) -> Account:
        """Whose second step is waited for. Raises UNAUTHENTICATED ``challenge_over``."""
        return await self._second_factor.waiting(token)

    async def _proved(self, account_id: str, app: str, other_id: str) -> str:
        token = self._ident.secret()

        async def write(tx: Tx) -> None:
            await challenges.put(
                tx,
                token,
                account_id,
                PURPOSE,
                expires_at=self._clock.now() + PATIENCE,
                payload=f"{app} {other_id}",
            )

        await self._database.write(write)
        return token

    async def wish(self, account_id: str, token: str) -> Wish:
        """What is to be confirmed. Raises UNAUTHENTICATED ``challenge_over``."""
        found = await challenges.look(self._database, token, PURPOSE, self._clock.now())
        app, other_id = found.payload.split(" ")
        other = await account_of(self._database, other_id)
        if found.account_id != account_id or other is None:
            raise Problem(Kind.UNAUTHENTICATED, "challenge_over", "Please begin again.")
        return Wish(app, other)

    async def link(self, account_id: str, token: str) -> Wish:
        """Links. Raises UNAUTHENTICATED ``challenge_over``."""
        wish = await self.wish(account_id, token)

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            await challenges.take(tx, token, PURPOSE, now)
            await tx.run(_ADD, account_id=account_id, app=wish.app, other_id=wish.other.id, now=now)
            for listener in self._on_link:
                await listener(tx, account_id, wish.other.id, wish.app, now)
            detail = f"{wish.app} {wish.other.id}"
            await audit.note(tx, "account_linked", now, account_id=account_id, detail=detail)
            await mails.tell(tx, wish.other, mails.LINKED, now, app=APPS[wish.app])

        await self._database.write(write)
        return wish

    async def unlink(self, account_id: str, app: str, other_id: str) -> None:
        """Raises UNKNOWN ``link_unknown``."""

        async def write(tx: Tx) -> None:
            now = self._clock.now()
            if not await tx.run(_DROP, account_id=account_id, app=app, other_id=other_id):
                raise Problem(Kind.UNKNOWN, "link_unknown", "There is no such link.")
            for listener in self._on_unlink:
                await listener(tx, account_id, other_id, app, now)
            await audit.note(
                tx, "account_unlinked", now, account_id=account_id, detail=f"{app} {other_id}"
            )

        await self._database.write(write)


def _require(app: str) -> None:
    if app not in APPS:
        raise Problem(Kind.UNKNOWN, "app_unknown", "There is no such app.")
