"""A simulated module as it is taken up from its row."""

from tests.devices.conftest import House
from workswith.devices.device import awaken
from workswith.devices.parked import every_parked
from workswith.devices.simulators.kind import USUAL_PACE


async def test_a_setting_puts_every_home_under_another_year(every: House) -> None:
    """`devices.climate`; what has no room has no weather and stays as it is."""
    rows = [row async for page in every_parked(every.database) for row in page]
    moved = {row.kind: awaken(row, USUAL_PACE, "chicago").body.model for row in rows}
    kept = {row.kind: awaken(row, USUAL_PACE).body.model for row in rows}
    assert kept["heater"].climate.place == "denver"
    assert moved["heater"].climate.place == "chicago"
    assert moved["heater"].climate.seed == kept["heater"].climate.seed
    assert moved["heater"].house == kept["heater"].house
    assert moved["light"] == kept["light"]
