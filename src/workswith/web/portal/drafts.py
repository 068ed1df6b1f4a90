"""Applications that are not finished yet: what the wizard remembers between its steps.

A draft is a row and not a cookie or hidden fields, so that every step can answer with a redirect,
the back button works and a logo need not be chosen twice. It belongs to one account. [APP-1]
"""

from dataclasses import dataclass

import msgspec

from workswith.kernel.clock import DAY
from workswith.kernel.database import Reads, Tx, query, statement

KEPT = 7 * DAY
"""A draft that nobody touched for so long is thrown away."""
AT_MOST = 20
"""Drafts of one account; the oldest give way."""


class Draft(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was typed so far. ``logo`` is a ``data:`` address that was checked, or empty."""

    name: str = ""
    description: str = ""
    vendor: str = ""
    url: str = ""
    logo: str = ""
    reply_urls: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    pkce: str = "required"
    authentication: str = "secret"
    jwks: str = ""
    rotation: str = "strict"
    retry_seconds: int | None = None
    post_logout_urls: tuple[str, ...] = ()
    logout_url: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    body: str


_READ = query(_Row, "SELECT body FROM web_drafts WHERE account_id = :account AND id = :id")
_SAVE = statement(
    "INSERT INTO web_drafts (id, account_id, body, saved_at) VALUES (:id, :account, :body, :now) "
    "ON CONFLICT (id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at "
    "WHERE web_drafts.account_id = excluded.account_id"
)
_TAKE = query(
    _Row, "DELETE FROM web_drafts WHERE account_id = :account AND id = :id RETURNING body"
)
_EXPIRE = statement("DELETE FROM web_drafts WHERE saved_at < :before")
_CROWD_OUT = statement(
    "DELETE FROM web_drafts WHERE account_id = :account AND id NOT IN ("
    "SELECT id FROM web_drafts WHERE account_id = :account ORDER BY saved_at DESC, id LIMIT :keep)"
)


async def read(reads: Reads, account_id: str, draft_id: str) -> Draft | None:
    """The draft, if this account has it."""
    row = await reads.one(_READ, account=account_id, id=draft_id)
    return None if row is None else msgspec.json.decode(row.body, type=Draft)


async def save(tx: Tx, account_id: str, draft_id: str, draft: Draft, now: int) -> bool:
    """Writes the draft; one of another account stays as it is, and the answer is ``False``."""
    body = msgspec.json.encode(draft).decode()
    written = await tx.run(_SAVE, id=draft_id, account=account_id, body=body, now=now)
    await tx.run(_EXPIRE, before=now - KEPT)
    await tx.run(_CROWD_OUT, account=account_id, keep=AT_MOST)
    return bool(written)


async def take(tx: Tx, account_id: str, draft_id: str) -> Draft | None:
    """Removes and returns the draft: of two that ask at once, one gets it."""
    row = await tx.one(_TAKE, account=account_id, id=draft_id)
    return None if row is None else msgspec.json.decode(row.body, type=Draft)
