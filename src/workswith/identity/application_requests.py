"""What waits for an operator: new applications, and scopes that one asks for. [APP-5 OPR-1]"""

from workswith.kernel.broadcast import Broadcast
from workswith.kernel.clock import Clock
from workswith.kernel.database import Database, Tx, query, statement
from workswith.kernel.problem import Kind, Problem

from . import application as rows
from . import audit, mails
from .account import account_of
from .application import TOPIC, Application, unknown
from .emails import clean_line

_REASON = query(str, "SELECT reason FROM application WHERE client_id = :client_id")
SET_REASON = statement("UPDATE application SET reason = :reason WHERE client_id = :client_id")
_DECISIONS = {
    ("application", True): mails.APPROVED,
    ("application", False): mails.REFUSED,
    ("scopes", True): mails.SCOPES_APPROVED,
    ("scopes", False): mails.SCOPES_REFUSED,
}


class Requests:
    """Every decision is told to the owner by mail, and on the topic ``application``."""

    def __init__(self, database: Database, clock: Clock, broadcast: Broadcast) -> None:
        self._database = database
        self._clock = clock
        self._broadcast = broadcast

    async def waiting(self, limit: int = 100) -> list[Application]:
        """What the operator has to decide, oldest first. [APP-5]"""
        return await self._database.all(rows.WAITING, limit=limit)

    async def approve(self, client_id: str, by: str = "") -> Application:
        """Puts an application, or its requested scopes, in force; mails the owner. ``by`` is the
        operator's account, for the audit log. Raises CONFLICT ``application_decided``.
        """
        return await self._decide(client_id, approved=True, by=by)

    async def refuse(self, client_id: str, reason: str = "", by: str = "") -> Application:
        """With the reason, which the owner reads in the mail and on the page. ``reason_…``."""
        reason = clean_line(reason, "reason", 500, required=False)
        return await self._decide(client_id, approved=False, reason=reason, by=by)

    async def reason(self, client_id: str) -> str:
        """Why the latest request was refused; empty otherwise."""
        return await self._database.one(_REASON, client_id=client_id) or ""

    async def _decide(
        self, client_id: str, *, approved: bool, reason: str = "", by: str = ""
    ) -> Application:
        async def write(tx: Tx) -> Application:
            now = self._clock.now()
            await tx.run(rows.HOLD, client_id=client_id)
            was = await tx.one(rows.ANYBODYS, client_id=client_id)
            if was is None:
                raise unknown()
            if was.state == "approved" and was.requested_scopes is None:
                raise Problem(
                    Kind.CONFLICT, "application_decided", "Nothing waits for a decision here."
                )
            change = was.requested_scopes if approved else None
            state = was.state if was.state == "approved" else "refused"
            decided = await tx.one(
                rows.DECIDE,
                client_id=client_id,
                state="approved" if approved else state,
                scopes=" ".join(change or was.scopes),
                scopes_version=was.scopes_version + (change is not None),
                now=now,
            )
            assert decided is not None  # noqa: S101 - read in the same transaction
            await tx.run(SET_REASON, client_id=client_id, reason=reason)
            decision = "approved" if approved else "refused"
            about = "scopes" if was.requested_scopes and was.state == "approved" else "application"
            await audit.note(
                tx, f"{about}_{decision}", now, account_id=by, client_id=client_id, detail=reason
            )
            owner = await account_of(tx, was.owner_id)
            if owner:
                text = _DECISIONS[about, approved]
                await mails.tell(tx, owner, text, now, application=was.name, reason=reason)
            return decided

        decided = await self._database.write(write)
        self._broadcast.send(TOPIC, client_id)
        return decided
