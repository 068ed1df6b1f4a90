"""A family of processes: started together, replaced when they die, ended together."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass

import click

GRACE_SECONDS = 15.0
"""After a signal; then whoever is left is killed."""
AGAIN_SECONDS = 1.0
"""Before a process is started again."""
LOOK_SECONDS = 0.1
SHORT_LIVED = 5
"""So many deaths within `YOUNG_SECONDS` of a start mean that it cannot start at all."""
YOUNG_SECONDS = 5.0


@dataclass(slots=True)
class _Member:
    command: Sequence[str]
    handle: int | None
    process: subprocess.Popen[bytes]
    since: float
    early: int = 0
    told: subprocess.Popen[bytes] | None = None
    """Which process of it was sent the signal: a second one would cut short what is under way."""


class Family:
    """`add` members, then `live`."""

    def __init__(self) -> None:
        self._members: list[_Member] = []
        self._ending = False

    def add(self, command: Sequence[str], handle: int | None = None) -> None:
        """A member that is given a socket's ``handle``, if there is one."""
        started = _start(command, handle)
        self._members.append(_Member(command, handle, started, time.monotonic()))

    def live(self) -> int:
        """Until SIGTERM or SIGINT; the exit code: 1 for a member that never lives long."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._pass_on)
        failed = False
        while not self._ending and not failed:
            time.sleep(LOOK_SECONDS)
            hopeless = [self._look_after(member) for member in self._members]
            failed = any(hopeless)
        self._end()
        return int(failed or not self._bury())

    def _look_after(self, member: _Member) -> bool:
        """Starts it again if it has died; whether that is hopeless."""
        if self._ending or member.process.poll() is None:
            return False
        now = time.monotonic()
        member.early = member.early + 1 if now - member.since < YOUNG_SECONDS else 0
        code = member.process.returncode
        click.echo(f"Process {member.process.pid} has ended ({code}).", err=True)
        if member.early >= SHORT_LIVED:
            return True
        time.sleep(AGAIN_SECONDS if member.early else 0)
        member.process, member.since = _start(member.command, member.handle), now
        return False

    def _pass_on(self, *_: object) -> None:
        """Each signal to each member: the second of them means it."""
        self._ending = True
        for member in self._members:
            _tell(member)

    def _end(self) -> None:
        """Whoever has not been told: also a process that began while a signal came."""
        for member in self._members:
            if member.told is not member.process:
                _tell(member)

    def _bury(self) -> bool:
        """Waits for all; whether nobody had to be killed."""
        until, clean = time.monotonic() + GRACE_SECONDS, True
        for member in self._members:
            try:
                member.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                member.process.kill()
                member.process.wait()
                clean = False
        return clean


async def follow(parent: int) -> None:
    """In a member: ends this process as a signal would once its parent is gone."""
    while os.getppid() == parent:  # noqa: ASYNC110  the system tells nobody
        await asyncio.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _tell(member: _Member) -> None:
    member.told = member.process
    with contextlib.suppress(ProcessLookupError):
        member.process.send_signal(signal.SIGTERM)


def _start(command: Sequence[str], handle: int | None) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches the parent, which ends its members in order.
    return subprocess.Popen(  # noqa: S603  this program again
        [*command, "--parent", str(os.getpid())],
        pass_fds=() if handle is None else (handle,),
        start_new_session=True,
    )
