"""What operators do with everybody's subscriptions and with products. [PRD-2 PRD-5 OPR-1]"""

from collections.abc import Awaitable, Callable

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import products, states
from .keys import EVERY, TOPIC
from .subscription import COLUMNS, LISTED, Subscription, ended, known, move, unknown

Also = Callable[[Tx], Awaitable[None]]
"""Runs in the same transaction: who has to hear of an act hears exactly then."""

_ANY = query(Subscription, f"SELECT {COLUMNS} WHERE s.id = :id")
_IN_STATE = query(
    Subscription,
    f"SELECT {COLUMNS} WHERE s.state = :state ORDER BY s.created_at, s.id LIMIT :limit",
)
_SEARCH = query(
    Subscription,
    f"SELECT {COLUMNS} WHERE (:state = '' OR s.state = :state) "
    "AND (:product_id = '' OR s.product_id = :product_id) "
    "AND (:like = '' OR LOWER(s.name) LIKE :like OR s.id = :text OR s.account_id = :text) "
    "ORDER BY s.created_at DESC, s.id LIMIT :limit OFFSET :offset",
)
_SET_END = statement("UPDATE subscriptions SET ends_at = :ends_at WHERE id = :id")
_SET_QUOTA = statement(
    "UPDATE subscriptions SET daily_quota = :daily_quota, calls_per_minute = :calls_per_minute "
    "WHERE id = :id"
)


class Desk:
    """Every act is felt by each process at once, through the broadcast."""

    def __init__(self, database: Database, clock: Clock, broadcast: Broadcast) -> None:
        self._database = database
        self._clock = clock
        self._broadcast = broadcast

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
        return known(await self._database.one(_ANY, id=subscription_id))

    async def decide(self, subscription_id: str, to: str, also: Also | None = None) -> None:
        """Approves, rejects, suspends, resumes or expires. Raises UNKNOWN, CONFLICT."""

        async def body(tx: Tx) -> None:
            one = known(await tx.one(_ANY, id=subscription_id))
            await move(tx, one, to, self._clock.now())
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
        """Other limits for this subscription; ``None`` goes back to the product's. [PRD-5]"""
        _require_quota(daily_quota)

        async def body(tx: Tx) -> None:
            if not await tx.run(
                _SET_QUOTA,
                id=subscription_id,
                daily_quota=daily_quota,
                calls_per_minute=calls_per_minute,
            ):
                raise unknown()
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
            one = known(await tx.one(_ANY, id=subscription_id))
            if states.ended(one.state):
                raise ended(one)
            await tx.run(_SET_END, id=subscription_id, ends_at=ends_at)

        await self._database.write(body)
        self._broadcast.send(TOPIC, subscription_id)

    async def save_product(self, wanted: products.Product, also: Also | None = None) -> None:
        """Makes or changes a product. [OPR-1]"""
        _require_quota(wanted.daily_quota)

        async def body(tx: Tx) -> None:
            await products.save(tx, wanted)
            if also is not None:
                await also(tx)

        await self._database.write(body)
        self._broadcast.send(TOPIC, EVERY)


def _require_quota(daily_quota: int | None) -> None:
    if daily_quota is not None and not 1 <= daily_quota <= 1_000_000_000:
        raise Problem(
            Kind.INVALID, "quota_range", "A quota is at least one call per day.", field="quota"
        )
