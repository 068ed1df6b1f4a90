"""That somebody is the owner of an account: the password, throttled, or what counts in its place.

Whoever comes through the company may have no password; a new sign-in there counts for a while.
"""

from workswith.kernel.clock import MINUTE, Clock
from workswith.kernel.database import Database, Tx
from workswith.kernel.ident import Ident
from workswith.kernel.problem import Kind, Problem

from . import account as rows
from . import audit, challenges, throttle
from .account import Account
from .passwords import Passwords
from .settings import Settings
from .throttle import Throttle, counter


class Proofs:
    """Of accounts with a password, and of those without."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        settings: Settings,
        passwords: Passwords,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._settings = settings
        self._passwords = passwords
        self._throttle = Throttle(database, clock)

    async def right(
        self, known: rows.Credentials | None, email: str, password: str, address: str
    ) -> bool:
        """Whether the password is right; throttled by account and network, and by network."""
        network = throttle.network(address)
        own = [counter(throttle.PASSWORD, email, network)]
        counters = [*own, counter(throttle.NETWORK, network)] if network else own
        stored = known.password_hash if known else None
        async with self._throttle.turn(counters):
            if not await self._passwords.verify(stored or None, password):
                if await self._throttle.failed(counters):
                    await self._note_guessing(known)
                return False
            await self._throttle.succeeded(own)
        return True

    @property
    def confirmation_minutes(self) -> int:
        """How long `signed_in_again` counts."""
        return self._settings.confirmation_minutes

    async def has_password(self, account_id: str) -> bool:
        """Whoever comes through the company only may have none."""
        known = await self._database.one(rows.CREDENTIALS_OF, id=account_id)
        return known is not None and bool(known.password_hash)

    async def signed_in_again(self, account_id: str) -> str:
        """What `confirm` takes in place of a password for a while, for an account without one."""
        token = self._ident.secret()

        async def write(tx: Tx) -> None:
            until = self._clock.now() + self.confirmation_minutes * MINUTE
            await challenges.put(tx, token, account_id, challenges.CONFIRMED, expires_at=until)

        await self._database.write(write)
        return token

    async def is_confirmed(self, account_id: str, token: str) -> bool:
        """Whether a token of `signed_in_again` still counts, for this account."""
        now = self._clock.now()
        try:
            found = await challenges.look(self._database, token, challenges.CONFIRMED, now)
        except Problem:
            return False
        return found.account_id == account_id

    async def confirm(self, account_id: str, proof: str, address: str = "") -> Account:
        """The person before the screen is still the owner: ``proof`` is the password, or, where
        there is none, what `signed_in_again` gave. Raises INVALID ``password_wrong`` with
        the field ``current``, THROTTLED.
        """
        known = await self._database.one(rows.CREDENTIALS_OF, id=account_id)
        if known is not None and not known.password_hash:
            right = await self.is_confirmed(account_id, proof)
        else:
            right = await self.right(known, known.email if known else "", proof, address)
        found = await rows.account_of(self._database, account_id)
        if not right or found is None:
            raise Problem(
                Kind.INVALID, "password_wrong", "This is not your password.", field="current"
            )
        return found

    async def _note_guessing(self, known: rows.Credentials | None) -> None:
        """Somebody has tried so often that the next tries have to wait."""

        async def write(tx: Tx) -> None:
            account_id = known.id if known else ""
            await audit.note(tx, "password_guessed", self._clock.now(), account_id=account_id)

        await self._database.write(write)
