"""Commands and hands find their way: to real devices over the broker, to simulated ones in the park."""

from pathlib import Path

import pytest

from tests.devices.gateways.conftest import OWNER, Site
from workswith.devices.homes import furnish
from workswith.devices.light import Command as LightCommand
from workswith.devices.link import Outcome
from workswith.devices.links import Links, RemoteHands
from workswith.devices.remote import Press
from workswith.kernel.problem import Kind, Problem


async def test_a_hand_reaches_both_kinds(site: Site, tmp_path: Path) -> None:
    (home,) = await site.database.write(furnish, OWNER, site.ident, "one_of_each", site.clock.now())
    await site.park.welcome("")
    gateway = site.gateway(await site.add(), tmp_path, "one_of_each")
    await site.connected(gateway)
    hands = RemoteHands(site.park, site.hub, 3.0)
    for plant, modules in ((home.plant, home.modules), (site.plant, await site.modules())):
        lamp = next(one for one in modules if one.device == "light")
        await hands.touch(lamp.id, LightCommand(on=True))
        assert (await site.twin.read(OWNER, plant.id, lamp.id)).reading.on
    simulated, real = (
        next(one for one in modules if one.device == "remote")
        for modules in (home.modules, await site.modules())
    )
    await hands.touch(simulated.id, Press(1))
    with pytest.raises(Problem) as refused:
        await hands.touch(real.id, Press(1))
    assert refused.value.kind is Kind.INVALID, "nobody presses a button from afar"
    site.running[0].cancel()
    await site.offline(gateway._id)
    lamp = next(one for one in await site.modules() if one.device == "light")
    with pytest.raises(Problem) as refused:
        await hands.touch(lamp.id, LightCommand(on=False))
    assert refused.value.kind is Kind.UNREACHABLE


async def test_several_are_told_whichever_way_each_is_reached(site: Site, tmp_path: Path) -> None:
    (home,) = await site.database.write(furnish, OWNER, site.ident, "one_of_each", site.clock.now())
    await site.park.welcome("")
    await site.connected(site.gateway(await site.add(), tmp_path, "one_of_each"))
    links = Links(site.park, site.hub)
    lamps = [
        (plant, one.id)
        for plant, modules in ((site.plant, await site.modules()), (home.plant, home.modules))
        for one in modules
        if one.device == "light"
    ]
    away = home.module("Luce soggiorno").id
    await site.park.set_online(away, False)
    commands = {id_: LightCommand(on=True) for _, id_ in lamps}
    outcomes = await links.send_all(commands, deadline=20.0, flow="f1")
    assert list(outcomes) == [id_ for _, id_ in lamps]
    assert outcomes == {id_: Outcome.OFFLINE if id_ == away else Outcome.DONE for _, id_ in lamps}
    for plant, id_ in lamps:
        read = await site.twin.read(OWNER, plant.id, id_, last_known=True)
        assert read.reading.on == (id_ != away)
