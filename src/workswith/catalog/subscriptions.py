"""A developer's subscriptions, and their primary and secondary key. [PRD-2 PRD-3 PRD-5]

Both keys work at any time, and each is regenerated on its own. They are kept sealed, because their
owner may look at them again, and as a digest, by which the gateway finds them. After each change
the broadcast tells every cache.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.cipher import Cipher
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.ident import Ident, digest
from workswith.kernel.problem import Kind, Problem

from . import products, states
from .keys import EVERY, TOPIC, ActiveKey, Keys
from .settings import Settings

Also = Callable[[Tx], Awaitable[None]]
Which = Literal["primary", "secondary"]
BOTH: tuple[Which, Which] = ("primary", "secondary")
NAME_LIMIT = 100
LISTED = 200
"""A list of subscriptions, ended ones included, is never longer than this."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """``daily_quota`` is what applies to each end-user; ``own_quota`` was granted to this one."""

    id: str
    account_id: str
    product_id: str
    product_name: str
    name: str
    state: str
    daily_quota: int
    own_quota: int | None
    created_at: int
    state_since: int
    ends_at: int | None = None
    """From then on it is expired; ``None`` is never."""
    calls_per_minute: int | None = None
    """Granted to this one, before what the product has."""


@dataclass(frozen=True, slots=True)
class Key:
    """``last_used_at`` is coarse; ``None`` means never since it was made."""

    which: str
    key: str = field(repr=False)
    made_at: int
    last_used_at: int | None


_COLUMNS = (
    "s.id, s.account_id, s.product_id, p.name, s.name, s.state, "
    "COALESCE(s.daily_quota, p.daily_quota), s.daily_quota, s.created_at, s.state_since, s.ends_at, "
    "s.calls_per_minute "
    "FROM subscriptions s JOIN products p ON p.id = s.product_id"
)
_OF_ACCOUNT = query(
    Subscription,
    f"SELECT {_COLUMNS} WHERE s.account_id = :account_id "
    "ORDER BY s.created_at DESC, s.id LIMIT :limit",
)
_ONE = query(Subscription, f"SELECT {_COLUMNS} WHERE s.account_id = :account_id AND s.id = :id")
_ANY = query(Subscription, f"SELECT {_COLUMNS} WHERE s.id = :id")
_IN_STATE = query(
    Subscription,
    f"SELECT {_COLUMNS} WHERE s.state = :state ORDER BY s.created_at, s.id LIMIT :limit",
)
_SEARCH = query(
    Subscription,
    f"SELECT {_COLUMNS} WHERE (:state = '' OR s.state = :state) "
    "AND (:product_id = '' OR s.product_id = :product_id) "
    "AND (:like = '' OR LOWER(s.name) LIKE :like OR s.id = :text OR s.account_id = :text) "
    "ORDER BY s.created_at DESC, s.id LIMIT :limit OFFSET :offset",
)
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
_MOVE = statement(
    "UPDATE subscriptions SET state = :to, state_since = :now WHERE id = :id AND state = :state"
)
_SET_END = statement("UPDATE subscriptions SET ends_at = :ends_at WHERE id = :id")
_SET_QUOTA = statement(
    "UPDATE subscriptions SET daily_quota = :daily_quota, calls_per_minute = :calls_per_minute "
    "WHERE id = :id"
)


class Subscriptions:
    """What a developer does with subscriptions; `find` and `keys_work` serve the gateway."""

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
        return _known(await self._database.one(_ONE, account_id=account_id, id=subscription_id))

    async def keys(self, account_id: str, subscription_id: str) -> dict[str, Key]:
        """``{"primary": …, "secondary": …}`` in clear, for their owner. Raises UNKNOWN."""
        rows = await self._database.all(_KEYS, account_id=account_id, id=subscription_id)
        if not rows:
            raise unknown_subscription()
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
                raise unknown_subscription()

        await self._database.write(body)

    async def cancel(self, account_id: str, subscription_id: str) -> None:
        """Ends it for good; its keys stop at once. Raises UNKNOWN, CONFLICT when it has ended."""

        async def body(tx: Tx) -> None:
            one = _known(await tx.one(_ONE, account_id=account_id, id=subscription_id))
            await self._move(tx, one, states.CANCELLED)

        await self._database.write(body)
        self._broadcast.send(TOPIC, subscription_id)

    async def cancel_all(self, tx: Tx, account_id: str) -> None:
        """For an account that closes; afterwards the caller sends the word `EVERY`."""
        for id_ in await tx.all(_LIVE_IDS, account_id=account_id):
            one = _known(await tx.one(_ONE, account_id=account_id, id=id_))
            await self._move(tx, one, states.CANCELLED)

    # What only operators do.

    async def in_state(self, state: str, limit: int = LISTED) -> list[Subscription]:
        """For the operator's desk, the oldest first."""
        return await self._database.all(_IN_STATE, state=state, limit=limit)

    async def search(
        self,
        *,
        text: str = "",
        state: str = "",
        product_id: str = "",
        limit: int = LISTED,
        offset: int = 0,
    ) -> list[Subscription]:
        """Everybody's, the newest first: a part of the name, an id, or an account."""
        text = text.strip()
        return await self._database.all(
            _SEARCH,
            text=text,
            like=f"%{text.casefold()}%" if text else "",
            state=state,
            product_id=product_id,
            limit=limit,
            offset=offset,
        )

    async def any(self, subscription_id: str) -> Subscription:
        """Whosever it is. Raises UNKNOWN ``subscription_unknown``."""
        return _known(await self._database.one(_ANY, id=subscription_id))

    async def decide(self, subscription_id: str, to: str, also: Also | None = None) -> None:
        """Approves, rejects, suspends, resumes or expires. Raises UNKNOWN, CONFLICT.

        ``also`` runs in the same transaction: who has to hear of it hears exactly then.
        """

        async def body(tx: Tx) -> None:
            one = _known(await tx.one(_ANY, id=subscription_id))
            await self._move(tx, one, to)
            if also is not None:
                await also(tx)

        await self._database.write(body)
        self._broadcast.send(TOPIC, subscription_id)

    async def grant(
        self,
        subscription_id: str,
        daily_quota: int | None,
        calls_per_minute: int | None = None,
        also: Also | None = None,
    ) -> None:
        """Other limits for this subscription; ``None`` goes back to the product's. [PRD-5]

        ``also`` runs in the same transaction.
        """
        _require_quota(daily_quota)

        async def body(tx: Tx) -> None:
            if not await tx.run(
                _SET_QUOTA,
                id=subscription_id,
                daily_quota=daily_quota,
                calls_per_minute=calls_per_minute,
            ):
                raise unknown_subscription()
            if also is not None:
                await also(tx)

        await self._database.write(body)
        self._broadcast.send(TOPIC, subscription_id)

    async def end_at(self, subscription_id: str, ends_at: int | None) -> None:
        """Lets it expire at that instant (ms), or never; its keys stop then. Raises UNKNOWN,
        CONFLICT when it has ended, INVALID ``ends_at`` for an instant that has passed.
        """
        if ends_at is not None and ends_at <= self._clock.now():
            raise Problem(
                Kind.INVALID, "ends_at", "The end must lie in the future.", field="ends_at"
            )

        async def body(tx: Tx) -> None:
            one = _known(await tx.one(_ANY, id=subscription_id))
            if states.ended(one.state):
                raise _ended(one)
            await tx.run(_SET_END, id=subscription_id, ends_at=ends_at)

        await self._database.write(body)
        self._broadcast.send(TOPIC, subscription_id)

    async def set_product_quota(self, product_id: str, daily_quota: int) -> None:
        """Another quota for everyone with this product. [PRD-5]"""
        _require_quota(daily_quota)
        await self._database.write(products.set_quota, product_id, daily_quota)
        self._broadcast.send(TOPIC, EVERY)

    async def save_product(self, wanted: products.Product, also: Also | None = None) -> None:
        """Makes or changes a product; every process feels it. [OPR-1]"""
        _require_quota(wanted.daily_quota)

        async def body(tx: Tx) -> None:
            await products.save(tx, wanted)
            if also is not None:
                await also(tx)

        await self._database.write(body)
        self._broadcast.send(TOPIC, EVERY)

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
        return _known(await tx.one(_ONE, account_id=account_id, id=id_))

    async def _replace_key(
        self, tx: Tx, account_id: str, subscription_id: str, which: str, key: str
    ) -> None:
        one = _known(await tx.one(_ONE, account_id=account_id, id=subscription_id))
        if states.ended(one.state):
            raise _ended(one)
        await tx.run(_REPLACE_KEY, **self._key_row(subscription_id, which, key))

    async def _move(self, tx: Tx, one: Subscription, to: str) -> None:
        states.require_move(one.state, to)
        moved = await tx.run(_MOVE, id=one.id, state=one.state, to=to, now=self._clock.now())
        if not moved:
            raise Problem(
                Kind.CONFLICT, "subscription_state", "This subscription has just been changed."
            )

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


def unknown_subscription() -> Problem:
    return Problem(Kind.UNKNOWN, "subscription_unknown", "There is no such subscription.")


def _known(one: Subscription | None) -> Subscription:
    if one is None:
        raise unknown_subscription()
    return one


def _ended(one: Subscription) -> Problem:
    return Problem(Kind.CONFLICT, "subscription_ended", f"This subscription is {one.state}.")


def _require_quota(daily_quota: int | None) -> None:
    if daily_quota is not None and not 1 <= daily_quota <= 1_000_000_000:
        raise Problem(
            Kind.INVALID, "quota_range", "A quota is at least one call per day.", field="quota"
        )


def _context(subscription_id: str, which: str) -> str:
    return f"subscription-key/{subscription_id}/{which}"


__all__ = ["ActiveKey", "Key", "Subscription", "Subscriptions", "checked_name"]
