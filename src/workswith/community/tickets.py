r"""Tickets: what somebody asks the operator, and what is answered. [PRT-1 PRD-5]

open --operator answers--> answered --owner writes--> open
  \----------------either closes----------------> closed --owner writes--> open
"""

from dataclasses import dataclass
from typing import Literal

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import rules

State = Literal["open", "answered", "closed"]
STATES: tuple[State, ...] = ("open", "answered", "closed")
ABOUT = ("question", "quota", "problem", "security", "showcase", "other")


@dataclass(frozen=True, slots=True)
class Ticket:
    """Instants in ms."""

    id: str
    account_id: str
    about: str
    subject: str
    state: State
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    by_operator: int
    text: str
    at: int


_COLUMNS = "id, account_id, about, subject, state, created_at, updated_at"
_OPEN = query(
    Ticket,
    f"INSERT INTO ticket ({_COLUMNS}) VALUES (:id, :account_id, :about, :subject, 'open', :now, "
    f":now) ON CONFLICT (id) DO NOTHING RETURNING {_COLUMNS}",
)
_SAY = query(
    int,
    "INSERT INTO ticket_message (mark, ticket_id, by_operator, text, at) "
    "VALUES (:mark, :ticket_id, :by_operator, :text, :now) "
    "ON CONFLICT (mark) DO NOTHING RETURNING id",
)
_MOVE = statement("UPDATE ticket SET state = :state, updated_at = :now WHERE id = :id")
_WRITTEN = query(
    int,
    "SELECT count(*) FROM ticket_message m JOIN ticket t ON t.id = m.ticket_id "
    "WHERE t.account_id = :account_id AND m.by_operator = 0 AND m.at > :since",
)
_ONE = query(
    Ticket,
    f"SELECT {_COLUMNS} FROM ticket WHERE id = :id "
    "AND (:account_id = '' OR account_id = :account_id)",
)
_LISTED = query(
    Ticket,
    f"SELECT {_COLUMNS} FROM ticket WHERE (:account_id = '' OR account_id = :account_id) "
    "AND (:state = '' OR state = :state) AND (:like = '' OR LOWER(subject) LIKE :like) "
    "ORDER BY updated_at DESC, id LIMIT :limit OFFSET :offset",
)
_MESSAGES = query(
    Message,
    "SELECT id, by_operator, text, at FROM ticket_message WHERE ticket_id = :id ORDER BY id",
)
_FORGET_MESSAGES = statement(
    "DELETE FROM ticket_message WHERE ticket_id IN "
    "(SELECT id FROM ticket WHERE account_id = :account_id)"
)
_FORGET = statement("DELETE FROM ticket WHERE account_id = :account_id")


async def submit(
    tx: Tx, account_id: str, *, about: str, subject: str, text: str, mark: str, now: int
) -> Ticket | None:
    """A new ticket; ``None`` if this form made one before. Raises THROTTLED."""
    await _keep_pace(tx, account_id, now)
    made = await tx.one(
        _OPEN, id=mark, account_id=account_id, about=about, subject=subject, now=now
    )
    if made is not None:
        await tx.one(_SAY, mark=mark, ticket_id=mark, by_operator=0, text=text, now=now)
    return made


async def reply(
    tx: Tx, account_id: str, ticket_id: str, *, text: str, mark: str, now: int
) -> Ticket:
    """The owner writes; the ticket is open again. Raises UNKNOWN, THROTTLED."""
    found = await one(tx, account_id, ticket_id)
    await _keep_pace(tx, account_id, now)
    if await tx.one(_SAY, mark=mark, ticket_id=found.id, by_operator=0, text=text, now=now):
        await tx.run(_MOVE, id=found.id, state="open", now=now)
    return found


async def answer(tx: Tx, ticket_id: str, *, text: str, mark: str, now: int) -> Ticket | None:
    """The operator writes; ``None`` if this form was written before. Raises UNKNOWN."""
    found = await any_one(tx, ticket_id)
    if not await tx.one(_SAY, mark=mark, ticket_id=found.id, by_operator=1, text=text, now=now):
        return None
    await tx.run(_MOVE, id=found.id, state="answered", now=now)
    return found


async def close(tx: Tx, account_id: str, ticket_id: str, now: int) -> None:
    """By its owner; by the operator with an empty ``account_id``. Raises UNKNOWN."""
    found = _there(await tx.one(_ONE, id=ticket_id, account_id=account_id))
    await tx.run(_MOVE, id=found.id, state="closed", now=now)


async def one(reads: Reads, account_id: str, ticket_id: str) -> Ticket:
    """Raises UNKNOWN ``ticket_unknown``, also for somebody else's."""
    if not account_id:
        raise _unknown()
    return _there(await reads.one(_ONE, id=ticket_id, account_id=account_id))


async def any_one(reads: Reads, ticket_id: str) -> Ticket:
    """For operators. Raises UNKNOWN."""
    return _there(await reads.one(_ONE, id=ticket_id, account_id=""))


async def messages(reads: Reads, ticket_id: str) -> list[Message]:
    return await reads.all(_MESSAGES, id=ticket_id)


async def listed(
    reads: Reads, *, account_id: str, state: str = "", text: str = "", limit: int, offset: int = 0
) -> list[Ticket]:
    """The latest first; an empty ``account_id`` is for operators."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(
        _LISTED, account_id=account_id, state=state, like=like, limit=limit, offset=offset
    )


async def forget(tx: Tx, account_id: str, _now: int) -> None:
    """What a closed account leaves of its tickets: nothing."""
    await tx.run(_FORGET_MESSAGES, account_id=account_id)
    await tx.run(_FORGET, account_id=account_id)


async def _keep_pace(tx: Tx, account_id: str, now: int) -> None:
    written = await tx.one(_WRITTEN, account_id=account_id, since=now - rules.WINDOW)
    rules.require_pace(written, rules.TICKETS_AN_HOUR)


def _there(found: Ticket | None) -> Ticket:
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Problem:
    return Problem(Kind.UNKNOWN, "ticket_unknown", "There is no such ticket.")
