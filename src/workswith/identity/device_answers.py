"""What the person at ``/device`` decides. [OID-11, RFC 8628 sections 3.3 and 5.4]

The page shows which application asks and for what, also to somebody whose browser brought the code
along, since a code in a link may come from a stranger.
"""

from dataclasses import dataclass

from workswith.kernel.database import Database, Reads, Tx
from workswith.kernel.problem import Kind, Problem

from . import audit, device_codes, scopes
from .application import ANYBODYS, Application
from .consents import Consents
from .device_codes import DeviceGrant
from .sessions import Session


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits for an answer; ``scopes`` are what it would get."""

    grant: DeviceGrant
    application: Application
    scopes: tuple[str, ...]


async def waiting(reads: Reads, typed: str, now: int) -> Waiting:
    """Raises `Problem` ``code_wrong``."""
    grant = await device_codes.of_user(reads, typed, now)
    application = await reads.one(ANYBODYS, client_id=grant.client_id) if grant else None
    if grant is None or application is None or application.state != "approved":
        raise Problem(
            Kind.INVALID,
            "code_wrong",
            "No device waits with this code. Compare it with what the device shows.",
            field="user_code",
        )
    return Waiting(grant, application, scopes.granted(application.scopes, grant.asked))


async def allow(
    database: Database, consents: Consents, found: Waiting, who: Session, now: int
) -> None:
    """Keeps the consent and lets the device have its tokens. ``code_wrong`` if it is too late."""

    async def write(tx: Tx) -> bool:
        consent = await consents.give(tx, who.account_id, found.application, now)
        await audit.note(
            tx,
            "device_allowed",
            now,
            account_id=who.account_id,
            client_id=found.application.client_id,
        )
        return await device_codes.answer(
            tx,
            found.grant,
            "allowed",
            account_id=who.account_id,
            consent_id=consent.id,
            session_id=who.id,
            auth_time=who.auth_time,
            now=now,
        )

    if not await database.write(write):
        raise Problem(Kind.INVALID, "code_wrong", "This code is no longer good. Begin again.")


async def deny(database: Database, found: Waiting, now: int) -> None:
    async def write(tx: Tx) -> None:
        await device_codes.answer(tx, found.grant, "denied", now=now)

    await database.write(write)
