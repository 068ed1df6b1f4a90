"""From a folder to a running sandbox: ``workswith up``. [SBX-1 SBX-2]

What answers is one `Generation` after the other: a saved state comes back by ending the present one,
putting its database in place, and building all anew.
"""

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.routing import Router

from workswith.kernel.clock import ClockState, wall
from workswith.kernel.ident import Seeded
from workswith.kernel.problem import Kind, Problem
from workswith.kernel.tasks import Supervisor
from workswith.sandbox import state_control
from workswith.sandbox.authority import Authority
from workswith.sandbox.inspector import Inspector
from workswith.sandbox.seed import HOMES
from workswith.sandbox.states import MAIN, SEEDED, Note, States, check_name
from workswith.settings import Settings
from workswith.web.site.services import Origins

from .areas import Areas
from .door import Door
from .generation import Generation, Place, guard_of, note_of, open_generation
from .routing import Asgi, Message


class _Front:
    """What outlives the generations, and the door to them."""

    def __init__(self, whole: Asgi, door: Door) -> None:
        self._whole = whole
        self._door = door

    def begin(self, scope: Message, receive: Any, send: Any) -> Awaitable[None] | None:
        if state_control.owns(scope["path"]):
            return self._whole(scope, receive, send)
        return self._door.begin(scope, receive, send)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        behind = self._whole if state_control.owns(scope.get("path", "")) else self._door
        await behind(scope, receive, send)


class Cloud:
    """A running sandbox, through all its generations."""

    def __init__(self, place: Place, first: Generation, seeded: Seeded | None) -> None:
        self._place = place
        self._generation = first
        self._seeded = seeded
        self._changing = asyncio.Lock()
        self._door = Door()
        self._door.lead_to(first.asgi)
        whole = Router(state_control.routes(self, guard_of(first.planted, place)))

        self.asgi = _Front(whole, self._door)
        """All of it, for a server."""

    @property
    def areas(self) -> Areas:
        return self._generation.areas

    @property
    def supervisor(self) -> Supervisor:
        return self._generation.supervisor

    @property
    def document(self) -> dict[str, Any]:
        """What ``sandbox.json`` says; another one after each change of state."""
        return self._generation.document

    @property
    def inspector(self) -> Inspector:
        return self._place.inspector

    def on_change(self, listener: Callable[[], None]) -> None:
        """Calls ``listener`` after each change of the document, once it is true."""
        self._place.listeners.append(listener)

    async def mint(self, member: str = "end_user", scope: str = "") -> dict[str, Any]:
        """A fresh token pair of the seeded application and a seeded person. Raises `Problem`."""
        return await self._generation.mint(member, scope)

    async def sign_in(self, url: str, member: str = "end_user", *, allow: bool = True) -> str:
        """What a person does in a browser at an address of ``/authorize``; where they end up."""
        return await self._generation.sign_in(url, member, allow=allow)

    # Whole states. All raise `Problem`.

    async def states(self) -> list[Note]:
        return await asyncio.to_thread(self._place.states.every)

    async def present(self) -> Note:
        """Under which name the sandbox goes on, and from which state."""
        note = await asyncio.to_thread(self._place.states.present)
        now = note_of(MAIN, self.areas, self._seeded, SEEDED)
        if note is None:
            return now
        return msgspec.structs.replace(now, name=note.name, origin=note.origin, fork=note.fork)

    async def save(self, name: str) -> Note:
        """Keeps how everything is, under a name."""
        check_name(name)
        if name == SEEDED:
            raise Problem(Kind.CONFLICT, "state_kept", "The seeded state stays as it is.")
        states, file = self._place.states, self._file()
        note = note_of(name, self.areas, self._seeded, (await self.present()).name)
        await self._change(lambda: states.save(note, file), comes_back=False)
        return await asyncio.to_thread(states.one, name)

    async def restore(self, name: str) -> Note:
        """Everything as it was, the clock as well. The present state is gone unless it is saved."""
        states, file = self._place.states, self._file()
        states.one(name)

        def put_back() -> Note:
            note = states.put_back(name, file)
            on = name if note.fork else MAIN
            states.go_on_as(msgspec.structs.replace(note, name=on, origin=name))
            return note

        return await self._change(put_back, comes_back=True)

    async def reset(self) -> Note:
        """As after the first start."""
        return await self.restore(SEEDED)

    async def keep_as_seeded(self) -> None:
        """What is here now, with all that is due, is what a `reset` goes back to."""
        states, file = self._place.states, self._file()
        await self.supervisor.settle()
        await self._change(
            lambda: states.save(note_of(SEEDED, self.areas, self._seeded), file), comes_back=False
        )

    async def fork(self, name: str, origin: str = "") -> Note:
        """Goes on under a new name, from the state ``origin`` or from the present one.

        The present one is saved under the name that it has, so that one can come back to it.
        """
        check_name(name)
        states, file = self._place.states, self._file()
        if name in (MAIN, SEEDED) or states.knows(name):
            raise Problem(Kind.CONFLICT, "state_exists", f"There is a state {name!r} already.")
        if origin:
            states.one(origin)
        present = await self.present()

        def part() -> Note:
            kept = states.save(present, file)
            note = states.put_back(origin, file) if origin else kept
            onwards = msgspec.structs.replace(note, name=name, origin=note.name, fork=True)
            states.go_on_as(onwards)
            return note

        await self._change(part, comes_back=bool(origin))
        return await self.present()

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self._place.states.remove, name)

    def _file(self) -> Path:
        if self._place.file is None:
            raise Problem(
                Kind.CONFLICT,
                "state_elsewhere",
                "Whole states are kept of sandboxes on SQLite only; this one keeps its data in "
                "PostgreSQL or its quota in Redis.",
                hint="Use the tools of the database, or a sandbox with a data folder of its own.",
            )
        return self._place.file

    async def _change(self, act: Callable[[], Note], *, comes_back: bool) -> Note:
        """Ends this generation, acts on its files, and begins the next."""
        async with self._changing, self._door.closed(), _uncollected():
            await self._generation.close()
            clock, seeded = None, self._seeded
            try:
                note = await asyncio.to_thread(act)
                if comes_back:
                    clock = _as_it_stood(note.clock)
                    seeded = self._seeded and self._seeded.at(note.drawn, note.seed)
                    self._place.inspector.forget()
            finally:
                self._generation = await open_generation(self._place, clock=clock, seeded=seeded)
                self._seeded = seeded
                self._door.lead_to(self._generation.asgi)
        self._place.announce()
        return note

    async def close(self) -> None:
        """Drains the works, then closes the database. Nothing accepted is lost either way."""
        async with self._changing:
            await self._generation.close()
            await self._place.inspector.stop()


@contextlib.asynccontextmanager
async def _uncollected() -> AsyncIterator[None]:
    """While a generation is made hardly anything is garbage, and looking for it is half the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _as_it_stood(clock: ClockState | None) -> ClockState | None:
    return clock and ClockState(wall=wall(), shown=clock.shown, rate=clock.rate)


async def open_sandbox(
    settings: Settings,
    data: Path,
    *,
    origin: str,
    origins: Origins | None = None,
    authority_file: Path,
    tls: bool,
    clock: ClockState | None = None,
    seeded: Seeded | None = None,
    signing_keys: tuple[bytes, ...] = (),
    with_tokens: bool = True,
    durable: bool = True,
    inspector_port: int | None = None,
    homes: tuple[str, ...] = HOMES,
) -> Cloud:
    """Opens or makes the sandbox in ``data``; its works run when this returns. [SBX-1]

    ``origin`` is its address on this machine; ``origins`` are other names of portal, login and APIs
    that it goes by. ``clock`` is how the clock stands from
    now on; ``None``: as it was left. ``seeded`` is where ids come from; ``None``: from the system.
    ``inspector_port`` is where its receiver listens, by default on the next one. The others are as
    in `Place`. Raises ``OSError`` and the drivers' errors when the database
    cannot be reached.
    """
    cloud: list[Cloud] = []
    inspector = Inspector(
        Authority(authority_file.parent).issue("inspector", "localhost", "127.0.0.1"),
        lambda: cloud[0].areas.kernel.clock.now() if cloud else wall(),
        port=(urlsplit(origin).port or 0) + 1 if inspector_port is None else inspector_port,
    )
    await inspector.start()
    place = Place(
        settings=_for_a_sandbox(settings, authority_file),
        data=data,
        origin=origin,
        origins=origins or Origins(portal=origin, login=origin, api=origin),
        authority_file=authority_file,
        tls=tls,
        inspector=inspector,
        states=States(data / "states", durable=durable),
        signing_keys=signing_keys,
        with_tokens=with_tokens,
        durable=durable,
        homes=homes,
    )
    first = await open_generation(place, clock=clock, seeded=seeded)
    cloud.append(Cloud(place, first, seeded))
    return cloud[0]


def _for_a_sandbox(settings: Settings, authority_file: Path) -> Settings:
    """Webhooks may go to this machine, trusting the local authority; refusals carry hints."""
    webhooks = msgspec.structs.replace(
        settings.webhooks,
        reach="loopback" if settings.webhooks.reach == "public" else settings.webhooks.reach,
        authorities=(*settings.webhooks.authorities, str(authority_file)),
    )
    gateway = msgspec.structs.replace(settings.gateway, error_hints=True)
    identity = msgspec.structs.replace(settings.identity, error_hints=True)
    return msgspec.structs.replace(settings, webhooks=webhooks, gateway=gateway, identity=identity)
