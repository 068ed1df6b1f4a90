"""The reports of a gateway, applied in their order and once, by however many processes. [DEV-5]

The row of the gateway is the lock. A report that comes before the one that it follows waits in the
inbox, and is applied in the transaction that fills the gap. What was not acknowledged is sent again
by the gateway, so that neither a broker nor a process of ours has to remember anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import msgspec

from workswith.devices.kinds import KINDS
from workswith.devices.link import Outcome
from workswith.devices.parked import set_reach
from workswith.devices.plants import Reach
from workswith.kernel import log
from workswith.kernel.database import Tx, query, statement

from . import commands
from .coalescing import Held, Paces, said_of, tell
from .protocol import WINDOW, Report, Said

LEAST, MOST = -(10**9), 2**47
"""What a number of a reading can be: up to the year 6429, or 39 GWh in millijoules."""
MOST_MEASURED = 10**9
"""Beyond it the sums of a day would not fit into the tables."""
NO_PACES: Paces = MappingProxyType({})

_log = log.get("gateways")


class Taken(StrEnum):
    APPLIED = "applied"
    REPEATED = "repeated"  # it had been applied before
    HELD = "held"  # one before it is missing
    STRANGE = "strange"  # another session: the gateway has to say hello
    REFUSED = "refused"  # revoked, kept out, unknown, or far ahead


@dataclass(frozen=True, slots=True)
class Progress:
    """``session`` and ``seq`` are up to where all is applied; ``news`` is for the relay."""

    taken: Taken
    session: int = 0
    seq: int = 0
    news: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """The row of a gateway, locked until the transaction ends."""

    state: str
    generation: int
    session: int
    seq: int
    connection: str
    gone: str
    quarantined_until: int

    def is_good(self, generation: int, now: int) -> bool:
        """Whether anything of it is taken, with the credentials that it used."""
        return (
            self.state == "active"
            and self.generation == generation
            and self.quarantined_until <= now
        )


_LOCK = query(
    Link,
    "UPDATE gateway_links SET heard_at = :now WHERE gateway_id = :id RETURNING "
    "state, generation, session, seq, connection, gone, quarantined_until",
)
_ADVANCE = statement("UPDATE gateway_links SET seq = :seq WHERE gateway_id = :id")
_HOLD = statement(
    "INSERT INTO gateway_inbox (gateway_id, seq, report) VALUES (:id, :seq, :report) "
    "ON CONFLICT (gateway_id, seq) DO NOTHING"
)
_HELD = query(str, "SELECT report FROM gateway_inbox WHERE gateway_id = :id AND seq = :seq")
_APPLIED = statement("DELETE FROM gateway_inbox WHERE gateway_id = :id AND seq <= :seq")
_MODULE = query(
    lambda module_id, device, reach, at, said, tell_at: (
        module_id,
        device,
        reach,
        at,
        Held(said_of(said), tell_at),
    ),
    "SELECT m.id, m.device, m.reach, COALESCE(s.reported_at, 0), COALESCE(g.said, ''), g.tell_at "
    "FROM gateway_modules k JOIN modules m ON m.id = k.module_id "
    "LEFT JOIN module_states s ON s.module_id = m.id "
    "LEFT JOIN gateway_measures g ON g.module_id = m.id "
    "WHERE k.gateway_id = :id AND k.name = :name",
)


async def lock(tx: Tx, gateway_id: str, now: int) -> Link | None:
    """The gateway's row, noting that it was heard."""
    return await tx.one(_LOCK, id=gateway_id, now=now)


async def take(
    tx: Tx, gateway_id: str, generation: int, one: Report, now: int, *, paces: Paces = NO_PACES
) -> Progress:
    """Applies a report and those that waited for it, or keeps it for later."""
    link = await lock(tx, gateway_id, now)
    if link is None or not link.is_good(generation, now):
        return Progress(Taken.REFUSED)
    if one.session != link.session or not link.connection:
        return Progress(Taken.STRANGE, link.session, link.seq)
    if one.seq <= link.seq:
        return Progress(Taken.REPEATED, link.session, link.seq)
    if one.seq > link.seq + WINDOW:
        return Progress(Taken.REFUSED, link.session, link.seq)
    if one.seq > link.seq + 1:
        await tx.run(_HOLD, id=gateway_id, seq=one.seq, report=msgspec.json.encode(one).decode())
        return Progress(Taken.HELD, link.session, link.seq)
    news, seq, held = False, link.seq, False
    following: Report | None = one
    while following is not None:
        for said in following.reports:
            news |= await _apply(tx, gateway_id, said, now, paces)
        seq = following.seq
        text = await tx.one(_HELD, id=gateway_id, seq=seq + 1)
        held = held or text is not None
        following = None if text is None else msgspec.json.decode(text, type=Report)
    await tx.run(_ADVANCE, id=gateway_id, seq=seq)
    if held:
        await tx.run(_APPLIED, id=gateway_id, seq=seq)
    return Progress(Taken.APPLIED, link.session, seq, news)


def reading_of(device: str, members: Mapping[str, Any], now: int, after: int = 0) -> Any:
    """A reading of its kind; its instant is the gateway's, if that is from ``after`` to ``now``.

    Raises ``ValueError`` for what no such device says.
    """
    at = members.get("at", now)
    if not isinstance(at, int) or isinstance(at, bool):
        raise ValueError("at: milliseconds since 1970")  # noqa: TRY004 - data, not code
    members = {**members, "at": max(min(at, now), after)}
    kind = KINDS[device]
    try:
        if not all(map(_is_sane, members.values())):
            raise ValueError("a number is beyond belief")
        reading = msgspec.convert(members, kind.reading)
        for of in kind.notified.values():
            of(reading)
    except ValueError:
        raise
    except Exception as error:  # nested too deep, or nothing that this kind makes sense of
        raise ValueError(f"no {device} says that") from error
    if any(abs(measure.value(reading)) > MOST_MEASURED for measure in kind.measures):
        raise ValueError("nobody measures that")
    return reading


async def _apply(tx: Tx, gateway_id: str, said: Said, now: int, paces: Paces) -> bool:
    """What cannot be read is left out and logged: the stream goes on."""
    found = await tx.one(_MODULE, id=gateway_id, name=said.module)
    if found is None:
        _log.warning("a report of no module", gateway=gateway_id, module=said.module)
        return False
    module_id, device, reach, after, held = found
    if said.reach is not None and said.reach != reach:
        await set_reach(tx, module_id, Reach(said.reach), now)
    waiting = await commands.of_module(tx, said.command, module_id) if said.command else None
    news = False
    if said.reading is not None:
        try:
            reading = reading_of(device, said.reading, now, after)
        except ValueError as error:
            _log.warning("a report cannot be read", module=module_id, reason=str(error))
            return False
        flow = "" if waiting is None else waiting.flow
        news = await tell(tx, module_id, reading, held, paces, device=device, flow=flow)
    if waiting is not None:
        await commands.finish(tx, waiting, Outcome.DONE, now)
    return news


def _is_sane(value: object) -> bool:
    if isinstance(value, dict):
        return all(map(_is_sane, value.values()))
    if isinstance(value, list):
        return all(map(_is_sane, value))
    return not isinstance(value, int | float) or LEAST <= value <= MOST
