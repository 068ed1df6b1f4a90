"""Mail as rows: written in the transaction that causes it, sent by whoever is configured to. [ACC-8]

In production a sender behind the `mail` work takes them to SMTP; in a sandbox they stay where they
are, and that table is the mailbox.
"""

from dataclasses import dataclass

from .database import Reads, Tx, query, statement

BELL = "mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message. ``link`` is the address that the reader is asked to open, if any."""

    id: int
    to: str
    subject: str
    text: str
    html: str
    link: str
    posted_at: int
    sent_at: int | None = None


_POST = statement(
    "INSERT INTO mail (recipient, subject, text, html, link, posted_at) "
    "VALUES (:to, :subject, :text, :html, :link, :now)"
)
_COLUMNS = "id, recipient, subject, text, html, link, posted_at, sent_at"
_LATEST = query(
    Mail,
    f"SELECT {_COLUMNS} FROM mail WHERE :to = '' OR recipient = :to ORDER BY id DESC LIMIT :limit",
)
_UNSENT = query(Mail, f"SELECT {_COLUMNS} FROM mail WHERE sent_at IS NULL ORDER BY id LIMIT :limit")
_WAITING = query(
    lambda count, first: (count, first),
    "SELECT count(*), min(posted_at) FROM mail WHERE sent_at IS NULL",
)
_SENT = statement("UPDATE mail SET sent_at = :now WHERE id = :id")
_FORGET = statement("DELETE FROM mail WHERE recipient = :to")


async def post(
    tx: Tx, *, to: str, subject: str, text: str, now: int, html: str = "", link: str = ""
) -> None:
    """Queues a message; it exists if and only if the transaction commits.

    Its subject may quote what people wrote; line ends in it become blanks, so that nobody adds headers.
    """
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in subject).split())
    await tx.run(_POST, to=to, subject=line, text=text, html=html, link=link, now=now)


async def forget(tx: Tx, to: str) -> None:
    """Deletes what was written to an address that nobody here has any more."""
    await tx.run(_FORGET, to=to)


async def latest(reads: Reads, to: str = "", limit: int = 50) -> list[Mail]:
    """The newest first, to one recipient or to all."""
    return await reads.all(_LATEST, to=to, limit=limit)


async def unsent(reads: Reads, limit: int = 50) -> list[Mail]:
    return await reads.all(_UNSENT, limit=limit)


async def mark_sent(tx: Tx, mail_id: int, now: int) -> None:
    await tx.run(_SENT, id=mail_id, now=now)


async def waiting(reads: Reads) -> tuple[int, int | None]:
    """How many are not sent yet, and when the first of them was written."""
    return await reads.one(_WAITING) or (0, None)
