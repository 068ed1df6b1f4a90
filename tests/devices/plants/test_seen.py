"""What is kept of plants is what would be asked for, for members only, and new after each change."""

import pytest

from tests.devices.conftest import House
from workswith.devices.plants import (
    Seen,
    ambients_of,
    modules_of,
    plant_of,
    plants_of,
    rename_plant,
    share_plant,
    unshare_plant,
)
from workswith.kernel.problem import Kind, Problem


async def test_it_is_what_would_be_asked_for(every: House) -> None:
    db, seen, whose = every.database, Seen(every.database), ("anna", every.plant_id)
    assert seen.known_plant(*whose) is None
    assert await seen.plant(*whose) == await plant_of(db, *whose) == seen.known_plant(*whose)
    assert await seen.plants("anna", "home_control") == await plants_of(db, "anna", "home_control")
    assert await seen.plants("anna") == await plants_of(db, "anna")
    assert await seen.ambients(*whose) == await ambients_of(db, *whose)
    assert await seen.modules(*whose) == await modules_of(db, *whose)


async def test_who_comes_and_goes_is_noticed_at_once(every: House) -> None:
    db, seen, bruno = every.database, Seen(every.database), ("bruno", every.plant_id)
    for _ in range(2):
        with pytest.raises(Problem) as refused:
            await seen.plant(*bruno)
        assert refused.value.kind is Kind.UNKNOWN
        assert not await seen.modules(*bruno)
        await db.write(share_plant, "anna", every.plant_id, "bruno", every.clock.now())
        assert (await seen.plant(*bruno)).id == every.plant_id
        assert len(await seen.modules(*bruno)) == len(every.home.modules)
        await db.write(unshare_plant, "anna", every.plant_id, "bruno")
    await db.write(rename_plant, "anna", every.plant_id, "Casa Blu")
    assert (await seen.plant("anna", every.plant_id)).name == "Casa Blu"
