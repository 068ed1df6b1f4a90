"""Tells the developer, by mail, when an endpoint starts failing, is banned, and delivers again.

And when somebody lifts a ban: each time, whoever it was.

Each once for each *incident*: failures with less than `QUIET` between them. One that fails is told
of after `PATIENCE` attempts at the same delivery, since a single late answer happens to everybody.
That it delivers again is told of one that was banned. The mail is written in the transaction that
counts the attempt, in the owner's language, with the address of the page that helps. [C2C-6]
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from workswith.identity import mails
from workswith.identity.mails import Text
from workswith.kernel.clock import HOUR, MINUTE, readable
from workswith.kernel.database import Tx, query
from workswith.kernel.words import N_, SOURCE, catalogue

from .policy import Lane
from .sent import ERRORS

QUIET = 6 * HOUR
PATIENCE = 3
FAILING, BANNED, OVER = "failing", "banned", "over"
LIFTED, LIFTED_FOR = "lifted", "lifted for"
"""By the owner, or by the operator for the owner."""
_RANK = ("", FAILING, BANNED, OVER)
_WHERE = N_("Endpoint: {url}\nApplication: {application}\nFailures on its counter: {failures}")
_WHY = N_(
    "Endpoint: {url}\nApplication: {application}\nLatest attempt: {outcome}\n"
    "Failures on its counter: {failures}"
)
_BUTTON = N_("Look at the endpoint")
TEXTS = {
    FAILING: Text(
        N_("Failing: {host}"),
        (
            N_("Hello {name},"),
            N_(
                "an endpoint of yours does not take its notifications: no answer in time, or not "
                "a 2xx."
            ),
            _WHY,
            N_(
                "Each is tried again for a while; too many failures ban the endpoint. Its page "
                "shows every attempt."
            ),
        ),
        _BUTTON,
    ),
    BANNED: Text(
        N_("Banned for {minutes} min: {host}"),
        (
            N_("Hello {name},"),
            N_("an endpoint of yours failed so often that it is banned until {until}."),
            _WHY,
            N_(
                "What changes in this time is not delivered to it. Its page lists what it lost, "
                "sends it again, and can lift the ban."
            ),
        ),
        _BUTTON,
    ),
    OVER: Text(
        N_("Delivering again: {host}"),
        (
            N_("Hello {name},"),
            N_("the ban of an endpoint of yours is over, and it takes its notifications again."),
            _WHERE,
            N_(
                "Its page lists what it lost meanwhile and sends it again. Should it fail again "
                "within {hours} hours, no other mail follows."
            ),
        ),
        _BUTTON,
    ),
    LIFTED: Text(
        N_("Ban lifted: {host}"),
        (
            N_("Hello {name},"),
            N_(
                "you, or a program with your token, lifted the ban of an endpoint of yours. It "
                "would have lasted until {until}."
            ),
            _WHERE,
            N_(
                "The counter starts again at 0, and what waited goes out now. What the ban lost is "
                "listed on its page, which sends it again."
            ),
        ),
        _BUTTON,
    ),
    LIFTED_FOR: Text(
        N_("Ban lifted: {host}"),
        (
            N_("Hello {name},"),
            N_(
                "the operator lifted the ban of an endpoint of yours. It would have lasted until "
                "{until}."
            ),
            _WHERE,
            N_(
                "The counter starts again at 0, and what waited goes out now. What the ban lost is "
                "listed on its page, which sends it again."
            ),
        ),
        _BUTTON,
    ),
}


@dataclass(frozen=True, slots=True)
class Incident:
    """``since`` is the first failure after the last success; ``told`` what was mailed of it.

    ``worth`` is what there is to tell now.
    """

    since: int | None = None
    told: str = ""
    worth: str = ""


_OWNER = query(
    lambda *columns: columns,
    "SELECT a.email, a.first_name, a.language, p.name FROM application p JOIN account a ON a.id = p.owner_id "
    "WHERE p.client_id = :client_id",
)


def after(incident: Incident, before: Lane, lane: Lane, tries: int, now: int) -> Incident:
    """The incident after an attempt, the ``tries``-th at its delivery, was counted."""
    if lane.successes > before.successes or lane.failures < before.failures:
        if incident.since is None:
            return incident
        return Incident(None, incident.told, OVER if incident.told == BANNED else "")
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
    """What to mail: ``failing``, ``banned``, ``over``, or nothing."""
    rank = _RANK.index
    return incident.worth if rank(incident.worth) > rank(incident.told) else ""


def told(incident: Incident) -> Incident:
    return Incident(incident.since, incident.worth)


@dataclass(frozen=True, slots=True)
class About:
    """Which endpoint; ``page`` is where its owner looks after it, if anywhere.

    ``status`` and ``error``, a key of `ERRORS`, are of its latest attempt.
    """

    client_id: str
    url: str
    page: str = ""
    status: int | None = None
    error: str = ""


def page(portal: str, client_id: str, endpoint_id: str) -> str:
    """Where the owner of an endpoint looks after it; empty without a portal."""
    return f"{portal}/applications/{client_id}/endpoints/{endpoint_id}" if portal else ""


async def tell(tx: Tx, notice: str, about: About, lane: Lane, now: int) -> None:
    """Posts the mail to the application's owner; nobody is told of one that has none."""
    owner = await tx.one(_OWNER, client_id=about.client_id)
    if owner is None:
        return
    email, name, language, application = owner
    await mails.send(
        tx,
        email,
        TEXTS[notice],
        now,
        language=language,
        link=about.page,
        name=name,
        application=application,
        host=urlsplit(about.url).netloc,
        url=about.url,
        outcome=_outcome(about, language),
        failures=lane.failures,
        minutes=((lane.ban_until or now) - now) // MINUTE,
        until=readable(lane.ban_until or now),
        hours=QUIET // HOUR,
    )


def _outcome(about: About, language: str) -> str:
    if about.error in ERRORS:
        return catalogue(language or SOURCE).gettext(ERRORS[about.error])
    return "" if about.status is None else str(about.status)
