"""Tells the developer, by mail, when an endpoint starts failing and when it is banned.

Once for each *incident*: failures with less than `QUIET` between them. One that fails is told of
after `PATIENCE` attempts at the same delivery, since a single late answer happens to everybody.
The mail is written in the transaction that counts the failure. [C2C-6]
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from workswith.kernel import mail
from workswith.kernel.clock import HOUR, MINUTE, iso
from workswith.kernel.database import Tx, query

from .policy import Lane

QUIET = 6 * HOUR
PATIENCE = 3
FAILING, BANNED = "failing", "banned"
_RANK = ("", FAILING, BANNED)


@dataclass(frozen=True, slots=True)
class Incident:
    """``since`` is the first failure after the last success; ``told`` what was mailed of it.

    ``worth`` is what there is to tell now.
    """

    since: int | None = None
    told: str = ""
    worth: str = ""


_OWNER = query(
    lambda email, name: (email, name),
    "SELECT a.email, p.name FROM application p JOIN account a ON a.id = p.owner_id "
    "WHERE p.client_id = :client_id",
)


def after(incident: Incident, before: Lane, lane: Lane, tries: int, now: int) -> Incident:
    """The incident after an attempt, the ``tries``-th at its delivery, was counted."""
    if lane.successes > before.successes or lane.failures < before.failures:
        return incident if incident.since is None else replace(incident, since=None)
    told = incident.told
    if before.failed_at is None or now - before.failed_at >= QUIET:
        told = ""
    worth = told
    if lane.ban_until is not None and lane.ban_until != before.ban_until:
        worth = BANNED
    elif tries >= PATIENCE and not told:
        worth = FAILING
    return Incident(now if incident.since is None else incident.since, told, worth)


def notice_of(incident: Incident) -> str:
    """What to mail: ``failing``, ``banned``, or nothing."""
    rank = _RANK.index
    return incident.worth if rank(incident.worth) > rank(incident.told) else ""


def told(incident: Incident) -> Incident:
    return Incident(incident.since, incident.worth)


async def tell(tx: Tx, notice: str, *, client_id: str, url: str, lane: Lane, now: int) -> None:
    """Posts the mail to the application's owner; nobody is told of one that has none."""
    owner = await tx.one(_OWNER, client_id=client_id)
    if owner is None:
        return
    email, application = owner
    host = urlsplit(url).netloc
    where = f"Endpoint: {url}\nApplication: {application}\nFailures on its counter: {lane.failures}"
    if notice == BANNED and lane.ban_until is not None:
        minutes = (lane.ban_until - now) // MINUTE
        subject = f"Banned for {minutes} min: {host}"
        text = (
            f"An endpoint of yours failed so often that it is banned until {iso(lane.ban_until)}.\n"
            "What changes in this time is not delivered to it. The page of the application's "
            "notifications lists what it lost, sends it again, and can lift the ban.\n\n"
        )
    else:
        subject = f"Failing: {host}"
        text = (
            "An endpoint of yours does not take its notifications: no answer in time, or not a "
            "2xx.\nEach is tried again for a while; too many failures ban the endpoint. The page "
            "of the application's notifications shows every attempt.\n\n"
        )
    await mail.post(tx, to=email, subject=subject, text=text + where, now=now)
