"""The door before a cloud that is exchanged: nobody is inside meanwhile, nobody is turned away."""

import asyncio
from typing import Any

import pytest

from workswith.app.door import Door


def behind(log: list[str], name: str, until: asyncio.Event | None = None) -> Any:
    async def asgi(_scope: Any, _receive: Any, _send: Any) -> None:
        log.append(f"{name} begins")
        if until is not None:
            await until.wait()
        log.append(f"{name} ends")

    return asgi


async def test_those_inside_finish_and_those_who_come_wait() -> None:
    door, until = Door(), asyncio.Event()
    log: list[str] = []
    door.lead_to(behind(log, "old", until))
    inside = asyncio.create_task(door({}, None, None))
    await asyncio.sleep(0)
    assert log == ["old begins"]

    async def exchange() -> None:
        async with door.closed():
            log.append("closed")
            door.lead_to(behind(log, "new"))

    exchanging = asyncio.create_task(exchange())
    await asyncio.sleep(0)
    late = asyncio.create_task(door({}, None, None))
    await asyncio.sleep(0)
    assert log == ["old begins"], "nobody goes in while it closes"
    until.set()
    await asyncio.gather(inside, exchanging, late)
    assert log == ["old begins", "old ends", "closed", "new begins", "new ends"]


async def test_who_does_not_come_out_is_cut_off() -> None:
    door = Door()
    log: list[str] = []
    door.lead_to(behind(log, "old", asyncio.Event()))
    stuck = asyncio.create_task(door({}, None, None))
    await asyncio.sleep(0)
    async with door.closed(grace=0.01):
        assert stuck.done()
        door.lead_to(behind(log, "new"))
    with pytest.raises(asyncio.CancelledError):
        await stuck
    await door({}, None, None)
    assert log == ["old begins", "new begins", "new ends"]


async def test_one_task_may_visit_twice() -> None:
    door = Door()
    log: list[str] = []
    door.lead_to(behind(log, "one"))
    await door({}, None, None)
    await door({}, None, None)
    async with door.closed():
        door.lead_to(behind(log, "two"))
    await door({}, None, None)
    assert log[-1] == "two ends"
