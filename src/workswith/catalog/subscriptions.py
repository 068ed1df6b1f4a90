"""A developer's subscriptions, and their primary and secondary key. [PRD-2 PRD-3 PRD-5]

Both keys work at any time, and each is regenerated on its own. They are kept sealed, because their
owner may look at them again, and as a digest, by which the gateway finds them. After each change
the broadcast tells every cache.
"""

from dataclasses import dataclass, field
from typing import Literal

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, digest
from workswith.kernel.problem import Kind, Problem

from . import products, states
from .keys import TOPIC, ActiveKey, Keys
from .settings import Settings
from .subscription import COLUMNS, LISTED, Subscription, ended, known, move, unknown

Which = Literal["primary", "secondary"]
BOTH: tuple[Which, Which] = ("primary", "secondary")
NAME_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Key:
    """``last_used_at`` is coarse; ``None`` means never since it was made."""

    which: str
    key: str = field(repr=False)
    made_at: int
    last_used_at: int | None


_OF_ACCOUNT = query(
    Subscription,
    f"SELECT {COLUMNS} WHERE s.account_id = :account_id "
    "ORDER BY s.created_at DESC, s.id LIMIT :limit",
)
_ONE = query(Subscription, f"SELECT {COLUMNS} WHERE s.account_id = :account_id AND s.id = :id")
_LOCK_PRODUCT = query(
    str,
    "UPDATE products SET approval = approval WHERE id = :id AND published = 1 RETURNING approval",
)
_LIVE = query(
    int,
    "SELECT count(*) FROM subscriptions "
    "WHERE account_id = :account_id AND state IN ('submitted', 'active', 'suspended')",
)
_LIVE_IDS = query(
    str,
    "SELECT id FROM subscriptions "
    "WHERE account_id = :account_id AND state IN ('submitted', 'active', 'suspended')",
)
_INSERT = statement(
    "INSERT INTO subscriptions (id, account_id, product_id, name, state, created_at, state_since) "
    "VALUES (:id, :account_id, :product_id, :name, :state, :now, :now)"
)
_INSERT_KEY = statement(
    "INSERT INTO subscription_keys (subscription_id, which, digest, sealed, made_at) "
    "VALUES (:id, :which, :digest, :sealed, :now)"
)
_REPLACE_KEY = statement(
    "UPDATE subscription_keys SET digest = :digest, sealed = :sealed, made_at = :now, "
    "last_used_at = NULL WHERE subscription_id = :id AND which = :which"
)
_KEYS = query(
    lambda *columns: columns,
    "SELECT k.which, k.sealed, k.digest, k.made_at, k.last_used_at FROM subscription_keys k "
    "JOIN subscriptions s ON s.id = k.subscription_id "
    "WHERE s.account_id = :account_id AND s.id = :id ORDER BY k.which",
)
_RENAME = statement(
    "UPDATE subscriptions SET name = :name WHERE account_id = :account_id AND id = :id"
)


class Subscriptions:
    """What a developer does with subscriptions, and by which key the gateway finds one."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ident: Ident,
        cipher: Cipher,
        broadcast: Broadcast,
        *,
        settings: Settings | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ident = ident
        self._cipher = cipher
        self._broadcast = broadcast
        self._settings = settings or Settings()
        self.keys_work = Keys(
            database,
            broadcast,
            self._settings.keys_cached,
            calls_per_minute=self._settings.calls_per_minute,
        )
        self.known = self.keys_work.known
        self.find = self.keys_work.find
        """``find(key) -> ActiveKey | None``, see `Keys.find`."""

    async def subscribe(self, account_id: str, product_id: str, name: str) -> Subscription:
        """Raises INVALID ``name_empty`` or ``name_long``, UNKNOWN, CONFLICT ``too_many``."""
        name = checked_name(name)
        return await self._database.write(self._subscribe, account_id, product_id, name)

    async def of_account(self, account_id: str) -> list[Subscription]:
        """The newest first, ended ones included."""
        return await self._database.all(_OF_ACCOUNT, account_id=account_id, limit=LISTED)

    async def one(self, account_id: str, subscription_id: str) -> Subscription:
        """Raises UNKNOWN ``subscription_unknown``, also for somebody else's."""
        return known(await self._database.one(_ONE, account_id=account_id, id=subscription_id))

    async def keys(self, account_id: str, subscription_id: str) -> dict[str, Key]:
        """``{"primary": …, "secondary": …}`` in clear, for their owner. Raises UNKNOWN."""
        rows = await self._database.all(_KEYS, account_id=account_id, id=subscription_id)
        if not rows:
            raise unknown()
        shown: dict[str, Key] = {}
        for which, sealed, mark, made_at, last_used_at in rows:
            key = self._cipher.open(bytes(sealed), _context(subscription_id, which)).decode()
            used = self._clock.now() if self.keys_work.in_use(mark) else last_used_at
            shown[which] = Key(which, key, made_at, used)
        return shown

    async def regenerate(self, account_id: str, subscription_id: str, which: Which) -> str:
        """The new key; the old one stops, the other key goes on. Raises UNKNOWN, CONFLICT."""
        if which not in BOTH:
            raise Problem(Kind.INVALID, "which_key", "A key is either primary or secondary.")
        key = self._ident.key()
        await self._database.write(self._replace_key, account_id, subscription_id, which, key)
        self._broadcast.send(TOPIC, subscription_id)
        return key

    async def rename(self, account_id: str, subscription_id: str, name: str) -> None:
        """Raises INVALID ``name_empty`` or ``name_long``, UNKNOWN."""
        name = checked_name(name)

        async def body(tx: Tx) -> None:
            if not await tx.run(_RENAME, account_id=account_id, id=subscription_id, name=name):
                raise unknown()

        await self._database.write(body)

    async def cancel(self, account_id: str, subscription_id: str) -> None:
        """Ends it for good; its keys stop at once. Raises UNKNOWN, CONFLICT when it has ended."""

        async def body(tx: Tx) -> None:
            one = known(await tx.one(_ONE, account_id=account_id, id=subscription_id))
            await move(tx, one, states.CANCELLED, self._clock.now())

        await self._database.write(body)
        self._broadcast.send(TOPIC, subscription_id)

    async def cancel_all(self, tx: Tx, account_id: str) -> None:
        """For an account that closes; afterwards the caller sends the word `EVERY`."""
        for id_ in await tx.all(_LIVE_IDS, account_id=account_id):
            one = known(await tx.one(_ONE, account_id=account_id, id=id_))
            await move(tx, one, states.CANCELLED, self._clock.now())

    async def _subscribe(self, tx: Tx, account_id: str, product_id: str, name: str) -> Subscription:
        # The product's row is locked first, so that two requests cannot both take the last place.
        approval = await tx.one(_LOCK_PRODUCT, id=product_id)
        if approval is None:
            raise products.unknown_product()
        limit = self._settings.subscriptions_per_account
        if (await tx.one(_LIVE, account_id=account_id) or 0) >= limit:
            raise Problem(
                Kind.CONFLICT,
                "too_many_subscriptions",
                f"You already hold {limit} subscriptions.",
                hint="Cancel one that you no longer use.",
            )
        id_ = self._ident.uuid()
        await tx.run(
            _INSERT,
            id=id_,
            account_id=account_id,
            product_id=product_id,
            name=name,
            state=states.ACTIVE if approval == products.AUTOMATIC else states.SUBMITTED,
            now=self._clock.now(),
        )
        for which in BOTH:
            await tx.run(_INSERT_KEY, **self._key_row(id_, which, self._ident.key()))
        return known(await tx.one(_ONE, account_id=account_id, id=id_))

    async def _replace_key(
        self, tx: Tx, account_id: str, subscription_id: str, which: str, key: str
    ) -> None:
        one = known(await tx.one(_ONE, account_id=account_id, id=subscription_id))
        if states.ended(one.state):
            raise ended(one)
        await tx.run(_REPLACE_KEY, **self._key_row(subscription_id, which, key))

    def _key_row(self, subscription_id: str, which: str, key: str) -> dict[str, object]:
        return {
            "id": subscription_id,
            "which": which,
            "digest": digest(key),
            "sealed": self._cipher.seal(key.encode(), _context(subscription_id, which)),
            "now": self._clock.now(),
        }


def checked_name(name: str) -> str:
    """Without blanks around it. Raises INVALID ``name_empty`` or ``name_long``. [PRD-2]"""
    name = "".join(char for char in name if char.isprintable()).strip()
    if not name:
        raise Problem(
            Kind.INVALID, "name_empty", "Subscription name cannot be empty.", field="name"
        )
    if len(name) > NAME_LIMIT:
        raise Problem(
            Kind.INVALID,
            "name_long",
            f"Subscription name cannot be longer than {NAME_LIMIT} characters.",
            field="name",
        )
    return name


def _context(subscription_id: str, which: str) -> str:
    return f"subscription-key/{subscription_id}/{which}"


__all__ = ["ActiveKey", "Key", "Subscription", "Subscriptions", "checked_name"]
