"""The showcase: solutions that developers submit and the operator publishes. [PRT-1]

submitted --> published | refused; a published one can be taken down (refused, with the reason)
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from workswith.kernel.database import Reads, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import rules

State = Literal["submitted", "published", "refused"]


@dataclass(frozen=True, slots=True)
class Entry:
    """Instants in ms; ``reason`` is why it was refused."""

    id: str
    account_id: str
    name: str
    summary: str
    text: str
    url: str
    state: State
    reason: str
    created_at: int
    decided_at: int | None


_COLUMNS = "id, account_id, name, summary, text, url, state, reason, created_at, decided_at"
_SUBMIT = query(
    Entry,
    "INSERT INTO showcase_entry (id, account_id, name, summary, text, url, state, reason, "
    "created_at) VALUES (:id, :account_id, :name, :summary, :text, :url, 'submitted', '', :now) "
    f"ON CONFLICT (id) DO NOTHING RETURNING {_COLUMNS}",
)
_WRITTEN = query(
    int,
    "SELECT count(*) FROM showcase_entry WHERE account_id = :account_id AND created_at > :since",
)
_ONE = query(Entry, f"SELECT {_COLUMNS} FROM showcase_entry WHERE id = :id")
_LISTED = query(
    Entry,
    f"SELECT {_COLUMNS} FROM showcase_entry WHERE (:state = '' OR state = :state) "
    "AND (:account_id = '' OR account_id = :account_id) "
    "AND (:like = '' OR LOWER(name) LIKE :like OR LOWER(summary) LIKE :like) "
    "ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset",
)
_DECIDE = query(
    Entry,
    "UPDATE showcase_entry SET state = :state, reason = :reason, decided_at = :now "
    f"WHERE id = :id RETURNING {_COLUMNS}",
)
_WITHDRAW = query(
    str, "DELETE FROM showcase_entry WHERE id = :id AND account_id = :account_id RETURNING name"
)
_FORGET = statement("DELETE FROM showcase_entry WHERE account_id = :account_id")


async def submit(
    tx: Tx, account_id: str, *, name: str, summary: str, text: str, url: str, mark: str, now: int
) -> str:
    """Returns the id, the same one for the same form. Raises INVALID ``url_form``, THROTTLED."""
    if await tx.one(_ONE, id=mark):
        return mark
    _require_web(url)
    written = await tx.one(_WRITTEN, account_id=account_id, since=now - rules.WINDOW)
    rules.require_pace(written, rules.ENTRIES_AN_HOUR)
    values = {"name": name, "summary": summary, "text": text, "url": url}
    await tx.one(_SUBMIT, id=mark, account_id=account_id, now=now, **values)
    return mark


async def decide(tx: Tx, entry_id: str, *, publish: bool, reason: str = "", now: int) -> Entry:
    """By the operator. Raises UNKNOWN, INVALID ``reason_missing``."""
    if not publish and not reason:
        raise Problem(Kind.INVALID, "reason_missing", "Please give a reason.", field="reason")
    state: State = "published" if publish else "refused"
    return _there(await tx.one(_DECIDE, id=entry_id, state=state, reason=reason, now=now))


async def withdraw(tx: Tx, account_id: str, entry_id: str) -> str:
    """By its owner; returns the name. Raises UNKNOWN, also for somebody else's."""
    name = await tx.one(_WITHDRAW, id=entry_id, account_id=account_id)
    if name is None:
        raise _unknown()
    return name


async def visible(reads: Reads, entry_id: str, account_id: str, *, everything: bool) -> Entry:
    """Published ones are for all, the others for their owner and operators. Raises UNKNOWN."""
    found = _there(await reads.one(_ONE, id=entry_id))
    if found.state == "published" or everything or found.account_id == account_id:
        return found
    raise _unknown()


async def listed(
    reads: Reads,
    *,
    state: str = "",
    account_id: str = "",
    text: str = "",
    limit: int,
    offset: int = 0,
) -> list[Entry]:
    """The latest first."""
    like = f"%{text.strip().casefold()}%" if text.strip() else ""
    return await reads.all(
        _LISTED, state=state, account_id=account_id, like=like, limit=limit, offset=offset
    )


async def forget(tx: Tx, account_id: str, _now: int) -> None:
    """A closed account has no solutions."""
    await tx.run(_FORGET, account_id=account_id)


def _require_web(url: str) -> None:
    """Nothing but the web: a link that is a script would run in the reader's browser."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise Problem(
            Kind.INVALID, "url_form", "The address begins with https:// or http://.", field="url"
        )


def _there(found: Entry | None) -> Entry:
    if found is None:
        raise _unknown()
    return found


def _unknown() -> Problem:
    return Problem(Kind.UNKNOWN, "entry_unknown", "There is no such solution.")
