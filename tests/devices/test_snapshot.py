"""Snapshots are the same object while nothing has changed, and never an old one afterwards."""

from tests.devices.conftest import House
from workswith.devices import light
from workswith.devices.plants import Reach
from workswith.devices.snapshot import Snapshots
from workswith.devices.standing import Standings


async def test_one_module_is_made_anew_when_it_has_changed(every: House) -> None:
    snapshots, standings = Snapshots(every.database), Standings(every.database, every.clock)
    where = ("anna", every.plant_id, every.home.module("Luce cucina").id)

    async def seen() -> object:
        return snapshots.of(await standings.one(*where), await snapshots.live(where[2]))

    first = await seen()
    assert await seen() is first
    await every.park.set_online(where[2], False)
    away = snapshots.of(await standings.one(*where), await snapshots.live(where[2]))
    assert away.reach is Reach.OFFLINE
    await every.park.set_online(where[2], True)
    await every.twin.command(*where, light.Command(on=True))
    assert snapshots.of(await standings.one(*where), await snapshots.live(where[2])).reading.on


async def test_all_of_a_plant_are_known_where_one_process_writes(every: House) -> None:
    snapshots = Snapshots(every.database)
    whose = ("anna", every.plant_id)
    assert snapshots.known_of_plant(*whose) is None
    found = await snapshots.of_plant(*whose)
    assert [one.module_id for one in found] == [one.id for one in every.home.modules]
    exact = every.database.dialect == "sqlite"
    assert snapshots.known_of_plant(*whose) is (found if exact else None)
    lamp = every.home.module("Luce cucina").id
    await every.twin.command(*whose, lamp, light.Command(on=True))
    assert snapshots.known_of_plant(*whose) is None
    assert next(one for one in await snapshots.of_plant(*whose) if one.module_id == lamp).reading.on
    assert list(await snapshots.of_plant("bruno", every.plant_id)) == []


async def test_a_glance_is_what_reading_would_say_or_nothing(every: House) -> None:
    twin, whose = every.twin, ("anna", every.plant_id)
    lamp = every.home.module("Luce cucina").id
    assert twin.glance(*whose, lamp, device="light") is None
    assert twin.glance_all(*whose) is None
    read, every_one = await twin.read(*whose, lamp), await twin.read_all(*whose)
    if every.database.dialect == "sqlite":
        assert twin.glance(*whose, lamp, device="light") is read
        assert twin.glance_all(*whose) is every_one
    assert twin.glance(*whose, lamp, device="plug") is None
    await every.park.set_online(lamp, False)
    await twin.read(*whose, lamp, last_known=True)
    assert twin.glance(*whose, lamp, device="light") is None
    if every.database.dialect == "sqlite":
        last = twin.glance(*whose, lamp, last_known=True, device="light")
        assert last is not None
        assert last.reach is Reach.OFFLINE
