"""Stores what simulated devices do: all that is done in one moment, in one transaction.

The statements are the same for one device and for many, so a command among others costs a fraction
of a command alone. Whoever cannot be stored fails alone: then each is stored by itself.
A device's own state and the report that shows it share their transaction. [DEV-2]
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from workswith.kernel import log
from workswith.kernel.database import Database, DatabaseAway, Tx
from workswith.kernel.gathering import all_are_there

from .device import Device
from .parked import keep_all
from .reporting import Known, Outdated, Renewed, Report, Told, renew, renew_all, told
from .simulators.kind import Step

MOST = 256
"""At most so many entries share a transaction."""

_log = log.get("devices")


class Done(msgspec.Struct, frozen=True):
    """What a device did, whether the cloud hears of it, and the call that it answers."""

    device: Device
    step: Step[Any]
    heard: bool
    flow: str = ""
    obeyed: Told | None = None


Stored = Sequence[Renewed]
"""Of each of what was done: what changed for the cloud, and what it now knows."""


class _Entry(NamedTuple):
    done: Sequence[Done]
    then: Callable[[Stored | None], None]
    caller: asyncio.Future[None]


class Ledger:
    """No device may be in two entries at a time: its lock is held from before until ``then``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Entry] = []
        self._writing: asyncio.Task[None] | None = None

    def enter(
        self, done: Sequence[Done], then: Callable[[Stored | None], None]
    ) -> asyncio.Future[None]:
        """Stores what belongs together; the future has its end, or its error.

        ``then`` is called with what was stored as soon as that is durable, before the caller hears
        of it and even if the caller has gone; with ``None`` when nothing was. It never waits.
        """
        caller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Entry(done, then, caller))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return caller

    async def settle(self) -> bool:
        """Waits for what has been entered; returns whether there was anything."""
        if self._writing is None:
            return False
        await asyncio.wait([self._writing])
        return True

    async def _write(self) -> None:
        entries: list[_Entry] = []
        try:
            while self._waiting:
                await all_are_there(lambda: len(self._waiting), MOST)
                entries, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._store(entries)
        except BaseException:  # the process ends
            for entry in (*entries, *self._waiting):
                entry.caller.cancel()
            raise
        finally:
            self._writing = None

    async def _store(self, entries: Sequence[_Entry]) -> None:
        try:
            every = [one for entry in entries for one in entry.done]
            stored = await self._database.write(_together, every)
        except Exception as error:
            if isinstance(error, DatabaseAway) or not (
                len(entries) > 1 or isinstance(error, Outdated)
            ):
                for entry in entries:
                    _close(entry, None, error)
                return
            for entry in entries:
                await self._store_alone(entry)
            return
        first = 0
        for entry in entries:
            until = first + len(entry.done)
            _close(entry, stored[first:until], None)
            first = until

    async def _store_alone(self, entry: _Entry) -> None:
        try:
            stored = await self._database.write(_one_by_one, entry.done)
        except Exception as error:
            _close(entry, None, error)
        else:
            _close(entry, stored, None)


def _close(entry: _Entry, stored: Stored | None, error: Exception | None) -> None:
    try:
        entry.then(stored)
    except Exception as bug:
        error = bug
    if error is not None:
        if entry.caller.done():
            _log.error("failed after its caller had gone", exc_info=error)
        else:
            entry.caller.set_exception(error)
    elif not entry.caller.done():
        entry.caller.set_result(None)


async def _together(tx: Tx, done: Sequence[Done]) -> list[Renewed]:
    """Raises `reporting.Outdated` when a row was not as it was known."""
    reports = [_report(one, one.device.known) for one in done if _reports(one)]
    renewed = iter(await renew_all(tx, reports))
    found = [next(renewed) if _reports(one) else _unheard(one) for one in done]
    await _keep(tx, done)
    return found


async def _one_by_one(tx: Tx, done: Sequence[Done]) -> list[Renewed]:
    found = [
        await renew(tx, _report(one, known=None)) if _reports(one) else _unheard(one)
        for one in done
    ]
    await _keep(tx, done)
    return found


def _reports(one: Done) -> bool:
    """What is not heard is kept, not reported."""
    return one.heard and one.step.reading is not None


def _report(one: Done, known: Known | None) -> Report:
    return Report(one.device.module_id, one.step.reading, one.flow, known, one.obeyed)


def _unheard(one: Done) -> Renewed:
    return Renewed((), one.device.known)


async def _keep(tx: Tx, done: Sequence[Done]) -> None:
    rows = [(one.device.module_id, one.device.simulator.text_of(one.step.state)) for one in done]
    await keep_all(tx, sorted(rows))
    for one in done:
        if one.obeyed is not None and not _reports(one):
            obeyed = one.obeyed
            module_id = one.device.module_id
            await told(tx, module_id, obeyed.command, outcome=obeyed.outcome, at=obeyed.at)
