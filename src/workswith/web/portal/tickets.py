"""Forms that do their work once, however often they are sent.

Such a form carries a random ticket. Its first use is recorded; every later one is told so and
answers with the page that the first one led to.
"""

from dataclasses import dataclass

from workswith.kernel.clock import DAY
from workswith.kernel.database import Tx, query, statement

KEPT = 2 * DAY


@dataclass(frozen=True, slots=True)
class _Used:
    ticket: str


_USE = query(
    _Used,
    "INSERT INTO web_tickets (account_id, ticket, used_at) VALUES (:account, :ticket, :now) "
    "ON CONFLICT (account_id, ticket) DO NOTHING RETURNING ticket",
)
_FORGET = statement("DELETE FROM web_tickets WHERE account_id = :account AND ticket = :ticket")
_EXPIRE = statement("DELETE FROM web_tickets WHERE used_at < :before")


async def use(tx: Tx, account_id: str, ticket: str, now: int) -> bool:
    """Whether this is the first use."""
    await tx.run(_EXPIRE, before=now - KEPT)
    return await tx.one(_USE, account=account_id, ticket=ticket, now=now) is not None


async def give_back(tx: Tx, account_id: str, ticket: str) -> None:
    """The work was refused, so that the corrected form may be sent with the same ticket."""
    await tx.run(_FORGET, account=account_id, ticket=ticket)
