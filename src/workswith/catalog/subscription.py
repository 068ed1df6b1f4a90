"""One subscription, as everybody reads it and as it moves from state to state."""

from dataclasses import dataclass

from workswith.kernel.database import Tx, statement
from workswith.kernel.problem import Kind, Problem

from . import states

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


COLUMNS = (
    "s.id, s.account_id, s.product_id, p.name, s.name, s.state, "
    "COALESCE(s.daily_quota, p.daily_quota), s.daily_quota, s.created_at, s.state_since, s.ends_at, "
    "s.calls_per_minute "
    "FROM subscriptions s JOIN products p ON p.id = s.product_id"
)
_MOVE = statement(
    "UPDATE subscriptions SET state = :to, state_since = :now WHERE id = :id AND state = :state"
)


async def move(tx: Tx, one: Subscription, to: str, now: int) -> None:
    """Raises CONFLICT for a way that there is not, or that somebody else has just gone."""
    states.require_move(one.state, to)
    if not await tx.run(_MOVE, id=one.id, state=one.state, to=to, now=now):
        raise Problem(
            Kind.CONFLICT, "subscription_state", "This subscription has just been changed."
        )


def known(one: Subscription | None) -> Subscription:
    """Raises UNKNOWN ``subscription_unknown``."""
    if one is None:
        raise unknown()
    return one


def unknown() -> Problem:
    return Problem(Kind.UNKNOWN, "subscription_unknown", "There is no such subscription.")


def ended(one: Subscription) -> Problem:
    return Problem(Kind.CONFLICT, "subscription_ended", f"This subscription is {one.state}.")
